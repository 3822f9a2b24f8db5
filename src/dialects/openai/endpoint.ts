/** One of OpenAI's routes: its fields, and how they become a task's request and its values OpenAI's answer. */
import type { z } from 'zod';
import type { Answer } from '../../http/json-answer.js';
import type { Collected, Reply } from '../../infer.js';
import type { Fit } from '../fitting-model.js';

/** What every answer of a request repeats. */
export interface Head {
  /** The request's own id, without a prefix. */
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
}

export interface Endpoint<Request = unknown> {
  /** Under the dialect's mounts. */
  readonly route: string;
  /** Under the root too, where other servers of embeddings have it. */
  readonly isAtRoot?: true;
  /** The task that it is a face of. */
  readonly task: string;
  readonly summary: string;
  /** Fields it does not name are ignored: clients send extras. */
  readonly request: z.ZodObject & z.ZodType<Request>;
  readonly response: z.ZodType;
  /** The schema of one event of a stream, where there are streams. */
  readonly event?: z.ZodType;
  /** Takes forms as well: under this name the file of one, or of a raw body. */
  readonly file?: string;
  /** Task fields that have another name here: errors use this one. */
  readonly names?: Readonly<Record<string, string>>;
  /** Which of the task's models will do, where not every one does; the first of them is the default. */
  readonly models?: Fit;
  /** The task's fields; what they allow is at least what `request` allows. */
  toTask(request: Request): Record<string, unknown>;
  render(collected: Collected, request: Request, head: Head): Answer;
  /** Called once a stream; the function it returns words each reply as events, without the end mark. */
  stream?(request: Request, head: Head): (reply: Reply) => readonly object[];
}
