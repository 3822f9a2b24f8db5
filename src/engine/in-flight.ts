/** What a lane keeps of the work it was given. */
import type { Event, Job } from '../job.js';
import type { Queued } from './batch-queue.js';
import type { Channel } from './channel.js';

/** A job under way. */
export interface Run {
  readonly job: Job;
  readonly channel: Channel<Event>;
  /** Inputs without a result yet. */
  remaining: number;
  /** Ids of its inputs at the runner. */
  readonly inFlight: Set<number>;
  /** Called when none is in flight any more. */
  quiet?: () => void;
  /** Its usage is final: what the runner still says about it belongs to nobody. */
  closed: boolean;
}

/** One input of it. */
export interface Entry extends Queued {
  readonly run: Run;
  readonly index: number;
  readonly input: unknown;
  /** Runners that ended while they held it. */
  kills: number;
  /** `kills` when it was measured: a repeated run measures the same again. */
  measuredAfter: number | undefined;
  /** A piece of its result has gone out: it can't be run again. */
  begun: boolean;
}

/** Inputs that were sent together. */
export interface Batch {
  readonly sentAt: number;
  readonly paddedCost: number;
  readonly rows: number;
  /** Nothing else is sent while this is set: the batch repeats an input that may end the runner. */
  exclusive: boolean;
  pending: number;
  deviceMicros: number;
}
