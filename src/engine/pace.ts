/** When a batch leaves for the runner, and how much it takes: by what waits, what runs, and what a unit of work costs. */
import type { Clock } from '../metering/clock.js';
import type { BatchLimits } from '../padding.js';
import type { BatchQueue, Queued } from './batch-queue.js';
import type { RunnerInfo } from './protocol.js';
import type { UnitCost } from './unit-cost.js';

/** Beside one a stream: it is decoded and tokenized meanwhile, and begins before a stream is free. */
const batchesAhead = 1;
/** Beside those: one batch of accounts that have nothing at the runner, which goes first. */
const batchesFirst = 1;
/** Milliseconds of a run from which it pays to look first whether more has come. */
const worthATurnMs = 2;
/** A batch that is not full waits as long as it would compute, within these bounds (docs/bench-log.md). */
const leastLingerMs = 2;
const mostLingerMs = 10;
/** For so long the most inputs that were here at once are expected again: those just answered are about to ask. */
const crowdMs = 500;

export interface PaceOptions {
  readonly clock: Clock;
  readonly queue: BatchQueue<Queued>;
  readonly unitCost: UnitCost;
  /** Sends what may leave. */
  readonly dispatch: () => void;
}

/** What the runner has of the lane. */
export interface AtRunner {
  readonly batches: number;
  readonly inputs: number;
  /** Nothing may run beside what it has. */
  readonly isExclusive: boolean;
}

export class Pace {
  readonly #options: PaceOptions;
  #linger: 'no' | 'yes' | 'over' = 'no';
  #willLook = false;
  #crowd = 0;
  #crowdUntil = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /**
   * Of several jobs no batch takes so much that a stream ends with nothing ahead: their clients ask again only once they
   * are answered. One job has all its inputs here.
   */
  limits({ kind, streams }: RunnerInfo, { inputs }: AtRunner): BatchLimits {
    const { queue, unitCost } = this.#options;
    const limits = unitCost.batchLimits(kind, queue.isShared);
    if (queue.jobs < 2) return limits;
    const share = Math.ceil(this.#crowdWith(inputs + queue.entries) / (streams + batchesAhead));
    return { ...limits, maxRows: Math.min(limits.maxRows, share) };
  }

  /** Whether one more batch may be at the runner. */
  hasRoom({ kind, streams, slots }: RunnerInfo, { batches, isExclusive }: AtRunner): boolean {
    const { queue } = this.#options;
    if (isExclusive) return false;
    if (queue.nextIsAlone) return batches === 0;
    const atOnce = kind === 'batch' ? streams + batchesAhead : slots;
    return batches < atOnce || (batches < atOnce + batchesFirst && queue.nextIsNew);
  }

  /** Whether what has just come waits until this turn of the event loop has read what else has come. */
  looksFirst(info: RunnerInfo, atRunner: AtRunner): boolean {
    if (atRunner.batches === 0 || this.#waitingMs <= worthATurnMs || this.#isUrgent(info, atRunner))
      return false;
    if (!this.#willLook) {
      this.#willLook = true;
      setImmediate(() => {
        this.#willLook = false;
        this.#options.dispatch();
      });
    }
    return true;
  }

  /** Whether to wait for company; never while the device could begin. Those just answered are about to ask again. */
  lingers(info: RunnerInfo, atRunner: AtRunner): boolean {
    if (info.kind !== 'batch' || atRunner.batches < info.streams || this.#isUrgent(info, atRunner))
      return false;
    if (this.#linger === 'over') {
      this.#linger = 'no';
      return false;
    }
    if (this.#linger === 'no') {
      this.#linger = 'yes';
      const { clock, dispatch } = this.#options;
      clock.after(Math.min(mostLingerMs, Math.max(leastLingerMs, this.#waitingMs)), () => {
        this.#linger = 'over';
        dispatch();
      });
    }
    return true;
  }

  /** The most inputs that were here at once lately, with those that are here now. */
  #crowdWith(here: number): number {
    const now = this.#options.clock.now();
    if (here >= this.#crowd || now > this.#crowdUntil) {
      this.#crowd = here;
      this.#crowdUntil = now + crowdMs;
    }
    return this.#crowd;
  }

  /** What waits, as time of the device. */
  get #waitingMs(): number {
    const { queue, unitCost } = this.#options;
    return (queue.cost * unitCost.micros) / 1000;
  }

  /** What waits fills a batch, runs alone anyway, or is of an account that has nothing at the runner. */
  #isUrgent(info: RunnerInfo, atRunner: AtRunner): boolean {
    const { queue } = this.#options;
    if (queue.nextIsAlone || queue.nextIsNew) return true;
    const { maxRows, maxPaddedCost } = this.limits(info, atRunner);
    return queue.entries >= maxRows || queue.cost >= maxPaddedCost;
  }
}
