/** One of text-embeddings-inference's routes: its fields, and how they become a task's request and its values an answer. */
import type { z } from 'zod';
import type { Task } from '../../../tasks/task.js';
import type { Caller } from '../../admission/admission.js';
import type { Catalogue } from '../../catalogue/catalogue.js';
import type { Answer } from '../../http/json-answer.js';
import type { Collected } from '../../infer.js';

/** What a route chooses its model from. */
export interface Choice {
  readonly catalogue: Catalogue;
  readonly task: Task;
  readonly caller: Caller;
}

export interface TeiRoute<Request = unknown> {
  readonly path: string;
  /** The task that it is a face of. */
  readonly task: string;
  readonly summary: string;
  /** Fields it does not name are ignored: clients send extras. */
  readonly request: z.ZodObject & z.ZodType<Request>;
  readonly response: z.ZodType;
  /** Task fields that have another name here: errors use this one. */
  readonly names?: Readonly<Record<string, string>>;
  /** Which model serves, where not any of the task does. */
  choose?(model: string | undefined, among: Choice): string | undefined;
  /** Where models of every task that reads text can answer: what is asked of such a task. */
  asTask?(task: Task): Task;
  toTask(request: Request): Record<string, unknown>;
  render(collected: Collected, request: Request): Answer;
}
