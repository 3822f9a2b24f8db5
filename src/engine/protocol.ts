/**
 * Every message between the engine and a runner process. Both sides import this file; nothing else is shared.
 * Messages travel over `child_process` IPC with `serialization: 'advanced'` (structured clone: typed arrays, no JSON).
 */
import type { Dtype } from '../dtype.js';
import type { ErrorMessage } from '../errors.js';
import type { Usage } from '../job.js';

/** One input to run. `id` is unique within the runner's life. */
export interface WireItem {
  readonly id: number;
  readonly input: unknown;
  readonly params: unknown;
  /** The account it belongs to: what is remembered of it serves nobody else. */
  readonly scope: string;
  /** Level of its account's plan; higher goes first. */
  readonly priority: number;
}

export interface LoadRequest {
  readonly modelId: string;
  readonly folder: string;
  readonly dtype: Dtype;
  /** Module that exports `open`: the task's pipeline. */
  readonly pipelineUrl: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly device: string;
  readonly threads: number;
  /** Memory that a decoder may set aside for its cache; 0: decided by the machine's memory. */
  readonly cacheBytes: number;
}

/** Engine to runner. */
export type ToRunner =
  | ({ readonly type: 'load' } & LoadRequest)
  /** `first`: before what waits for the device already. */
  | { readonly type: 'batch'; readonly items: readonly WireItem[]; readonly first: boolean }
  | { readonly type: 'cancel'; readonly ids: readonly number[] }
  /** Finish what is there, then exit. */
  | { readonly type: 'close' };

/** So much device time passes before the engine and admission are told again what a job has used. */
export const usedStepMicros = 1_000_000;

/** What a loaded model is able to do, said once. */
export interface RunnerInfo {
  /** Whole batches in flight for `batch` pipelines, single inputs for `generate` pipelines. */
  readonly kind: 'batch' | 'generate';
  /** Runs that the device takes side by side. */
  readonly streams: number;
  /** Inputs that a `generate` pipeline works on at once. */
  readonly slots: number;
  /** Longest input in tokens, where that means something. */
  readonly contextTokens: number | undefined;
  readonly device: string;
  /** A decoder's cache: texts side by side, tokens each, bytes in all. */
  readonly cache:
    | { readonly slots: number; readonly capacityTokens: number; readonly bytes: number }
    | undefined;
  readonly loadMs: number;
  readonly warmupMicros: number;
}

export type Outcome =
  | { readonly id: number; readonly ok: true; readonly value: unknown; readonly usage: Partial<Usage> }
  | { readonly id: number; readonly ok: false; readonly error: ErrorMessage; readonly usage: Partial<Usage> };

/** Runner to engine. `busyMicros` is the device time of all runs since the runner started. */
export type FromRunner =
  | { readonly type: 'loading'; readonly stage: string }
  | { readonly type: 'ready'; readonly info: RunnerInfo; readonly busyMicros: number }
  | { readonly type: 'loadFailed'; readonly message: string }
  | { readonly type: 'measured'; readonly id: number; readonly usage: Partial<Usage> }
  /** Device time of an input that is not done yet; told once a second of it. */
  | { readonly type: 'used'; readonly id: number; readonly deviceMicros: number }
  | { readonly type: 'delta'; readonly id: number; readonly delta: unknown }
  | { readonly type: 'outcomes'; readonly outcomes: readonly Outcome[]; readonly busyMicros: number }
  /** Sent every few seconds while the runner's event loop turns: no such word, or none of device time, is a hang. */
  | { readonly type: 'alive'; readonly rssBytes: number; readonly busyMicros: number };

/** What a runner really sends: all that it had to say in one turn of its event loop, in order. */
export type FromRunnerTogether = readonly FromRunner[];
