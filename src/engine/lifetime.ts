/** How long a job may live: until its client leaves or its deadline passes. */
import { TaskwireError } from '../errors.js';
import type { Job } from '../job.js';
import type { Clock } from '../metering/clock.js';

/** The length of the audio adds to the time a job has; it is known only once the runner has measured it. */
const limitMs = (job: Job): number => job.timeoutMs + job.progress.usage.audioSeconds * 1000;

/** Calls `over` once when the job's time is up or nobody waits for it; the returned function stops watching. */
export const watchLifetime = (job: Job, clock: Clock, over: (why: TaskwireError) => void): (() => void) => {
  const onLeave = () => over(new TaskwireError('client_closed'));
  let cancelTimer = () => {};
  const arm = () => {
    const armedFor = limitMs(job);
    const leftMs = job.progress.submittedAt + armedFor - clock.now();
    cancelTimer = clock.after(Math.max(0, leftMs), () => {
      if (limitMs(job) > armedFor) arm();
      else over(tooLate(armedFor));
    });
  };
  arm();
  if (job.signal.aborted) onLeave();
  else job.signal.addEventListener('abort', onLeave, { once: true });
  return () => {
    cancelTimer();
    job.signal.removeEventListener('abort', onLeave);
  };
};

const tooLate = (ms: number): TaskwireError =>
  new TaskwireError('deadline_exceeded', {
    message: `The answer was not ready within ${Math.round(ms)} ms (x-request-timeout-ms sets this limit).`,
  });
