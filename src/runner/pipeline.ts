/** What a task brings into the runner: how one model of its kind is opened, fed and read. */
import type { Usage } from '../job.js';
import type { BatchLimits } from '../padding.js';
import type { ModelFolder } from './model-folder.js';
import type { Session } from './session.js';
import type { Tokenizer } from './tokenizer.js';

export interface PipelineContext {
  /**
   * Opens `onnx/<part>.onnx` in the precision that was asked for, on the runner's device. `sideBySide: false` says that
   * its runs are batched by the pipeline itself, one at a time.
   */
  openSession(part: string, options?: { readonly sideBySide?: boolean }): Promise<Session>;
  /** Memory for a decoder's cache, in bytes. */
  readonly cacheBytes: number;
  /** Whether the folder holds that part. */
  hasPart(part: string): boolean;
  /** Opens a graph that comes with the service, `src/runner/graphs/<name>.onnx`, on the CPU whatever the device. */
  openGraph(name: string): Promise<Session>;
}

/** Every `tasks/<task>/pipeline.ts` exports one of these as `open`. Throws a plain `Error` if the model is unfit. */
export type OpenPipeline = (
  model: ModelFolder,
  context: PipelineContext,
) => Promise<BatchPipeline | GeneratePipeline>;

/** One row of a model's input, ready to be collated. */
export interface Row {
  /** Measured cost: tokens, pixels. Rows of one run are padded to the largest. */
  readonly size: number;
}

/** One input, decoded. Most have one row; a zero-shot text has one a label. */
export interface Prepared<R extends Row = Row, Output = unknown> {
  readonly rows: readonly R[];
  readonly usage: Partial<Usage>;
  /** Makes the answer for this input; `outputs[i]` belongs to `rows[i]`. */
  finish(outputs: readonly Output[]): unknown;
}

export interface RowsRan<Output> {
  readonly outputs: readonly Output[];
  /** Integer microseconds. */
  readonly micros: number;
}

/** Encoders: many inputs, one run each. */
export interface BatchPipeline<R extends Row = Row, Output = unknown> {
  readonly kind: 'batch';
  readonly contextTokens?: number;
  readonly limits: BatchLimits;
  /** Where it reads text: answers for its tokens by itself. */
  readonly tokenizer?: Tokenizer;
  /** Decodes, tokenizes. Throws a `TaskwireError` when this input is at fault; others are not touched by it. */
  prepare(input: unknown, params: unknown): Promise<Prepared<R, Output>>;
  /** Pads, runs the session, and gives each row its output, in order, with the device time of all of them. */
  run(rows: readonly R[]): Promise<RowsRan<Output>>;
  /** Some input that is worth a first run, so that the first client does not pay for it. */
  warmupInput(): { readonly input: unknown; readonly params: unknown };
}

/** How a generating input talks to the outside. */
export interface GenerateTask {
  readonly input: unknown;
  readonly params: unknown;
  /** Whose it is. */
  readonly scope: string;
  /** Level of its account's plan; higher goes first. */
  readonly priority: number;
  /** Fires when nobody wants the result any more. */
  readonly signal: AbortSignal;
  measured(usage: Partial<Usage>): void;
  delta(delta: unknown): void;
  /** Device time that this input has used. */
  bill(micros: number): void;
}

export interface Generated {
  readonly value: unknown;
  readonly usage: Partial<Usage>;
}

/** Decoders and speech: many steps an input, several inputs side by side. */
export interface GeneratePipeline {
  readonly kind: 'generate';
  readonly contextTokens?: number;
  /** How many inputs it works on at once. */
  readonly slots: number;
  /** Where it writes text: answers for its tokens by itself. */
  readonly tokenizer?: Tokenizer;
  readonly cache?: { readonly slots: number; readonly capacityTokens: number; readonly bytes: number };
  /** Resolves with what was made until the signal fired, if it fires. */
  generate(task: GenerateTask): Promise<Generated>;
  warmupInput(): { readonly input: unknown; readonly params: unknown };
}
