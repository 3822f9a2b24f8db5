/** What a unit of padded work costs a model's device, from the batches so far; and what follows from it. */
import { type BatchLimits, defaultMaxWaste } from '../padding.js';

const maxRows = 64;
/**
 * A batch is as large as the device works off in this time: enough to pay, and small enough that a cancellation, a
 * new request or a deadline waits no longer than that.
 */
const targetBatchMicros = 100_000;
/** While accounts take turns: what one sends waits for the batch that computes. */
const sharedBatchMicros = 50_000;
/** A unit's cost before anything was measured. */
const firstMicros = 100;
/** Weight of the newest batch in the running mean. */
const newestWeight = 0.25;
const leastRetrySeconds = 1;
const mostRetrySeconds = 600;

export class UnitCost {
  #micros = firstMicros;

  get micros(): number {
    return this.#micros;
  }

  measured(paddedCost: number, deviceMicros: number): void {
    if (paddedCost <= 0 || deviceMicros <= 0) return;
    this.#micros += newestWeight * (deviceMicros / paddedCost - this.#micros);
  }

  /** Inputs of a `generate` pipeline go one by one. */
  batchLimits(kind: 'batch' | 'generate', isShared: boolean): BatchLimits {
    const maxPaddedCost = (isShared ? sharedBatchMicros : targetBatchMicros) / this.#micros;
    return { maxPaddedCost, maxRows: kind === 'batch' ? maxRows : 1, maxWaste: defaultMaxWaste };
  }

  /** Whole seconds until work of this cost should be done. */
  retryAfterSeconds(cost: number): number {
    const seconds = Math.ceil((cost * this.#micros) / 1e6);
    return Math.min(mostRetrySeconds, Math.max(leastRetrySeconds, seconds));
  }
}
