/** What a lane keeps of the work it was given. */
import type { Event, Job } from '../job.js';
import type { Queued } from './batch-queue.js';
import { Channel } from './channel.js';
import { type Outcome, usedStepMicros } from './protocol.js';

/** A job under way. */
export interface Run {
  readonly id: number;
  readonly job: Job;
  readonly channel: Channel<Event>;
  /** Inputs without a result yet. */
  remaining: number;
  /** Ids of its inputs at the runner. */
  readonly inFlight: Set<number>;
  /** Called when none is in flight any more. */
  quiet?: () => void;
  /** Device time that the runner has told of its unfinished inputs. */
  runningMicros: number;
  /** Device time that was passed on as `used`. */
  toldMicros: number;
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
  /** Its part of `runningMicros`. */
  usedMicros: number;
  /** A piece of its result has gone out: it can't be run again. */
  begun: boolean;
}

/** Inputs that were sent together. */
export interface Batch {
  readonly sentAt: number;
  readonly rows: number;
  /** Nothing else is sent while this is set: the batch repeats an input that may end the runner. */
  readonly exclusive: boolean;
  pending: number;
  /** Of the rows that were computed to their end. The others say nothing of what a unit of work costs. */
  readonly computed: { rows: number; longest: number; deviceMicros: number };
}

export const newBatch = (entries: readonly Entry[], sentAt: number): Batch => ({
  sentAt,
  rows: entries.length,
  exclusive: entries[0]!.kills > 0,
  pending: entries.length,
  computed: { rows: 0, longest: 0, deviceMicros: 0 },
});

/** One of its inputs is done. What was cancelled, failed or needed no session was not computed, or not all of it. */
export const countIn = ({ computed }: Batch, { size, run }: Entry, { ok, usage }: Outcome): void => {
  const { deviceMicros = 0 } = usage;
  if (!ok || deviceMicros === 0 || run.channel.ended) return;
  computed.rows++;
  computed.longest = Math.max(computed.longest, size);
  computed.deviceMicros += deviceMicros;
};

let lastId = 0;

export const newRun = (job: Job): Run => ({
  id: ++lastId,
  job,
  channel: new Channel<Event>(),
  remaining: job.works.length,
  inFlight: new Set(),
  runningMicros: 0,
  toldMicros: 0,
  closed: false,
});

export const entriesOf = (run: Run): Entry[] => {
  const { works, account, priority, weight } = run.job;
  return works.map(({ input, size, bytes }, index) => ({
    run,
    index,
    input,
    size,
    bytes,
    account,
    priority,
    weight,
    chargedMicros: 0,
    kills: 0,
    measuredAfter: undefined,
    usedMicros: 0,
    begun: false,
  }));
};

/** An input that is not done has used so much; 0 once it is done, or lost with its runner. */
export const setUsed = (entry: Entry, micros: number): void => {
  entry.run.runningMicros += micros - entry.usedMicros;
  entry.usedMicros = micros;
};

/** Passes on what a job has used until now, if that is worth a word. */
export const tellUsed = (run: Run): void => {
  const deviceMicros = run.job.progress.usage.deviceMicros + run.runningMicros;
  if (deviceMicros < run.toldMicros + usedStepMicros) return;
  run.toldMicros = deviceMicros;
  run.channel.push({ type: 'used', deviceMicros });
};
