/** How long a job may live: until its client leaves or its deadline passes. */
import { TaskwireError } from '../errors.js';
import type { Job } from '../job.js';
import type { Clock } from '../metering/clock.js';

export interface Lifetime {
  /** Fires with a `TaskwireError` as its reason. */
  readonly over: AbortSignal;
  stop(): void;
}

/** The length of the audio adds to the time a job has; it is known only once the runner has measured it. */
const limitMs = (job: Job): number => job.timeoutMs + job.progress.usage.audioSeconds * 1000;

export const watchLifetime = (job: Job, clock: Clock): Lifetime => {
  const controller = new AbortController();
  const onLeave = () => controller.abort(new TaskwireError('client_closed'));
  if (job.signal.aborted) onLeave();
  else job.signal.addEventListener('abort', onLeave, { once: true });
  let cancelTimer = () => {};
  const arm = () => {
    const armedFor = limitMs(job);
    const leftMs = job.progress.submittedAt + armedFor - clock.now();
    cancelTimer = clock.after(Math.max(0, leftMs), () => {
      if (limitMs(job) > armedFor) return arm();
      controller.abort(
        new TaskwireError('deadline_exceeded', {
          message: `The answer was not ready within ${Math.round(armedFor)} ms (x-request-timeout-ms sets this limit).`,
        }),
      );
    });
  };
  arm();
  return {
    over: controller.signal,
    stop() {
      cancelTimer();
      job.signal.removeEventListener('abort', onLeave);
    },
  };
};
