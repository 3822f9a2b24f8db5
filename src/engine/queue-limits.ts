/** What may wait for one model, and who is refused when it is too much. */
import { TaskwireError } from '../errors.js';
import type { Job } from '../job.js';
import type { BatchQueue, Queued } from './batch-queue.js';

export interface LaneLimits {
  readonly jobs: number;
  readonly entries: number;
  readonly bytes: number;
  /** The part of `jobs` that one account may take. */
  readonly accountShare: number;
}

/** Throws `overloaded` when the queue is full, `queue_full` when the account's share of it is. */
export const checkRoom = (
  queue: BatchQueue<Queued>,
  job: Job,
  { limits, retryAfterSeconds }: { readonly limits: LaneLimits; readonly retryAfterSeconds: number },
): void => {
  const bytes = queue.bytes + job.works.reduce((sum, work) => sum + work.bytes, 0);
  const share = Math.max(1, Math.floor(limits.jobs * limits.accountShare));
  if (queue.jobs >= limits.jobs || queue.entries + job.works.length > limits.entries || bytes > limits.bytes)
    throw new TaskwireError('overloaded', { retryAfterSeconds });
  if (queue.jobsOf(job.account) >= share) {
    throw new TaskwireError('queue_full', {
      retryAfterSeconds,
      got: `${share} requests of this account waiting for ${job.model.id}`,
      allowed: `${share} at most`,
    });
  }
};
