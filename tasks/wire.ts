/** A task in the words of a dialect: its own names for the fields, its own shape of the answer. */
import type { z } from 'zod';
import type { Usage } from '../src/job.js';

/** The dialects that have words of their own for every task. */
export type WireDialect = 'deepinfra' | 'huggingface';

/** Where a dialect is absent it speaks the task's native form. */
export type Wires<Value = unknown> = Readonly<Partial<Record<WireDialect, Wire<Value>>>>;

/** What every event of a stream may repeat. */
export interface WireHead {
  /** The request's own id, without a prefix. */
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
}

export interface Wire<Value = unknown, Fields = unknown> {
  /** Under the dialect's names. Fields it does not name are ignored: clients send extras. */
  readonly request: z.ZodObject;
  /** Task fields that have another name here: errors use this one. */
  readonly names?: Readonly<Record<string, string>>;
  /** The task's fields; what they allow is at least what `request` allows. */
  toTask(fields: Fields): Record<string, unknown>;
  readonly response: z.ZodType;
  render(values: readonly Value[], fields: Fields, usage: Usage): object;
  readonly stream?: WireStream<Value, Fields>;
}

export interface WireStream<Value = unknown, Fields = unknown> {
  /** The schema of one event. */
  readonly event: z.ZodType;
  /** Called once a stream; the function it returns words what was told as events. */
  word(fields: Fields, head: WireHead): (told: Told<Value>) => readonly object[];
}

/** A piece of an input's result, or the whole of it at its end. */
export type Told<Value = unknown> =
  | { readonly type: 'delta'; readonly index: number; readonly delta: unknown }
  | { readonly type: 'result'; readonly index: number; readonly value: Value };

export interface Labelled {
  readonly label: string;
  readonly score: number;
}

export const labelled = ({
  labels,
  scores,
}: {
  readonly labels: readonly string[];
  readonly scores: readonly number[];
}): Labelled[] => labels.map((label, i) => ({ label, score: scores[i]! }));
