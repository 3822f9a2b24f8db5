/** The nouns that every layer shares. */
import type { Dtype } from './dtype.js';
import type { TaskwireError } from './errors.js';
import type { Prices } from './metering/price.js';

/** One input of a request as it travels to a runner: raw text or media bytes, nothing decoded. */
export interface Work {
  readonly input: unknown;
  /** Estimated cost in the task's unit (characters, images, seconds); batches are formed by it. */
  readonly size: number;
  /** What waiting costs in memory. */
  readonly bytes: number;
}

/** Names a loadable thing: a catalogue entry in one of its variants. */
export interface ModelRef {
  readonly id: string;
  readonly folder: string;
  readonly dtype: Dtype;
  /** Module that exports the task's pipeline; loaded by the runner, never by the HTTP process. */
  readonly pipelineUrl: string;
  /** Settings of the model's `taskwire.json` that its pipeline reads. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Absent: it costs nothing. */
  readonly prices?: Prices | undefined;
}

/** What the engine runs: the inputs of one request for one model. */
export interface Job {
  readonly id: string;
  readonly account: string;
  /** Level of the caller's plan; higher goes first. */
  readonly priority: number;
  /** The account's part of its level: who has twice the weight gets twice the device time. */
  readonly weight: number;
  readonly model: ModelRef;
  /** Who has runners of its own for the model; absent: those that all share serve. */
  readonly runnerOwner?: string | undefined;
  readonly works: readonly Work[];
  /** The task's parameters, shared by all inputs. Structured-cloneable. */
  readonly params: unknown;
  /** Aborted when the client leaves or its time is up; the reason is the `TaskwireError` that says which. */
  readonly signal: AbortSignal;
  /** The same inputs give the same answer, and its caller takes one that was given before. */
  readonly repeatable: boolean;
  /** Its results are told while they grow. */
  readonly streaming: boolean;
  /** Wait for a loading model beyond the hold (`x-wait-for-model`). */
  readonly waitForModel: boolean;
  /** Filled in while the job runs and final when its event stream has ended, however it ended. */
  readonly progress: Progress;
}

/** Parameters of an input that only the model's tokenizer answers: a text, or ids. No session runs for it. */
export interface TokenParams {
  readonly tokenWork: 'encode' | 'decode';
  /** Whether special tokens are added, or shown. */
  readonly special: boolean;
  /** Which of the model's prompts is put before a text. */
  readonly promptName?: string | undefined;
}

/** A token of a text. Offsets count Unicode code points; what was added has none. */
export interface TokenPiece {
  readonly id: number;
  readonly text: string;
  readonly special: boolean;
  readonly start: number | null;
  readonly stop: number | null;
}

export interface Usage {
  /** Tokens, or 0 where the task has none. */
  inputTokens: number;
  outputTokens: number;
  images: number;
  audioSeconds: number;
  /** Device time in integer microseconds. */
  deviceMicros: number;
}

export interface Progress {
  readonly usage: Usage;
  readonly submittedAt: number;
  /** When the first input was handed to a runner. */
  startedAt: number | undefined;
  /** Whether the answer is one that was given before; `off`: nobody looked. */
  cache: 'off' | 'miss' | 'hit';
  /** A piece of the answer has been told. */
  hasBegun: boolean;
}

/**
 * Whether what was done for a request is paid for, though it failed: who left pays until then, and so does who has read the
 * beginning of a stream whose time was up.
 */
export const isPaid = ({ code }: TaskwireError, { hasBegun }: Progress): boolean =>
  code === 'client_closed' || (code === 'deadline_exceeded' && hasBegun);

export const newProgress = (submittedAt: number): Progress => ({
  usage: { inputTokens: 0, outputTokens: 0, images: 0, audioSeconds: 0, deviceMicros: 0 },
  submittedAt,
  startedAt: undefined,
  cache: 'off',
  hasBegun: false,
});

export const addUsage = (into: Usage, more: Partial<Usage>): void => {
  into.inputTokens += more.inputTokens ?? 0;
  into.outputTokens += more.outputTokens ?? 0;
  into.images += more.images ?? 0;
  into.audioSeconds += more.audioSeconds ?? 0;
  into.deviceMicros += more.deviceMicros ?? 0;
};

/** What a running job tells. Results and deltas of different inputs interleave; `index` says whose they are. */
export type Event =
  /** The model is ready and the job is in its queue: it can no longer be refused for lack of room. */
  | { readonly type: 'accepted' }
  /** The runner's first word about an input: what it measured before running it. */
  | { readonly type: 'measured'; readonly index: number; readonly usage: Partial<Usage> }
  /** Device time of the whole job until now; told once a second of it, so short jobs never hear of it. */
  | { readonly type: 'used'; readonly deviceMicros: number }
  /** A piece of a growing result, new content only. */
  | { readonly type: 'delta'; readonly index: number; readonly delta: unknown }
  | { readonly type: 'result'; readonly index: number; readonly value: unknown };
