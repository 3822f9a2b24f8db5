/** What a task is to the HTTP process: its shapes, and how a request becomes work and results become an answer. */
import type { z } from 'zod';
import type { Work } from '../src/job.js';
import type { Wires } from './wire.js';

export type MediaKind = 'image' | 'audio';

export interface Split {
  readonly works: readonly Work[];
  /** Sent to the runner beside every input. */
  readonly params: unknown;
  /** Where text is generated: the most tokens that all inputs together can get. */
  readonly mostOutputTokens?: number;
}

/** What bounds the texts of a request, whatever it asks for. */
export interface Room {
  /** Tokens of one text, its prompt included; absent where no file of the model says it. */
  readonly windowTokens?: number | undefined;
  /** Tokens that the plan allows all texts of a request together. */
  readonly planTokens?: number | undefined;
}

/**
 * One task. `Request` is what its schema yields; `Value` is what its pipeline answers for one input.
 * `media` tasks get the bytes of their image or audio beside the request; all other fields are in the request.
 */
export interface Task<Request = unknown, Value = unknown> {
  readonly name: string;
  /** Other names under which clients know it (Hugging Face's pipeline tags). */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly media?: MediaKind;
  /** Module that exports `open` for the runner. */
  readonly pipelineUrl: string;
  readonly request: z.ZodObject;
  readonly response: z.ZodType;
  /** What a model's `taskwire.json` may say to the pipeline, beside what it may say of every model; left out: anything. */
  readonly modelOptions?: z.ZodObject;
  /** Whether the same request gives the same answer again; left out: always. */
  isRepeatable?(request: Request): boolean;
  split(request: Request, media: Uint8Array | undefined, room?: Room): Split;
  /** The native answer; `values[i]` belongs to `works[i]`. */
  render(values: readonly Value[], request: Request): Record<string, unknown>;
  /** Tasks that stream: whether this request asks for it, and what the events look like. */
  readonly stream?: StreamShape<Request, Value>;
  /** The task in other dialects' words. */
  readonly wire?: Wires<Value>;
}

export interface StreamShape<Request = unknown, Value = unknown> {
  /** The schema of one event. */
  readonly event: z.ZodType;
  asksFor(request: Request): boolean;
  /** The request as it is when a streaming route was called. */
  force(request: Request): Request;
  renderDelta(delta: unknown, index: number, request: Request): Record<string, unknown>;
  /** The last event, without the figures every last event carries. */
  renderEnd(values: readonly Value[], request: Request): Record<string, unknown>;
  renderError(error: {
    readonly code: string;
    readonly message: string;
    readonly request_id: string;
  }): Record<string, unknown>;
}
