/** What may wait for one model, and who is refused when it is too much. */
import { TaskwireError } from '../errors.js';
import type { Job } from '../job.js';
import type { BatchQueue, Queued, Waiting } from './batch-queue.js';

export interface LaneLimits extends Readonly<Waiting> {
  /** The part of each that one account may take. */
  readonly accountShare: number;
}

/** As a message names them. */
const nouns = { jobs: 'requests', entries: 'inputs', bytes: 'bytes of input' } as const;
const kinds = ['jobs', 'entries', 'bytes'] as const;

/** Throws `queue_full` when the account's share of the queue is full, `overloaded` when the queue is. */
export const checkRoom = (
  queue: BatchQueue<Queued>,
  job: Job,
  { limits, retryAfterSeconds }: { readonly limits: LaneLimits; readonly retryAfterSeconds: number },
): void => {
  const bytes = job.works.reduce((sum, work) => sum + work.bytes, 0);
  const asked: Waiting = { jobs: 1, entries: job.works.length, bytes };
  const waiting = queue.waitingOf(job.account);
  const share = (kind: keyof Waiting) => Math.max(1, Math.floor(limits[kind] * limits.accountShare));
  // Who has nothing waiting gets in with one request, however large.
  const over = waiting.jobs > 0 && kinds.find((kind) => waiting[kind] + asked[kind] > share(kind));
  if (over)
    throw new TaskwireError('queue_full', {
      retryAfterSeconds,
      got: `${waiting[over]} ${nouns[over]} of this account waiting for ${job.model.id}`,
      allowed: `${share(over)} at most`,
    });
  if (kinds.some((kind) => queue[kind] + asked[kind] > limits[kind]))
    throw new TaskwireError('overloaded', { retryAfterSeconds });
};
