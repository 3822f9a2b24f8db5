/** How long a request may live. */
import { TaskwireError } from '../errors.js';
import type { Progress } from '../job.js';
import type { Clock } from '../metering/clock.js';

export interface Lifetime {
  /** From submission; the length of the audio is added once the runner has measured it. */
  readonly timeoutMs: number;
  readonly progress: Progress;
  readonly clock: Clock;
}

/** Calls `over` once when a request's time is up; the returned function stops watching. */
export const watchDeadline = (
  { timeoutMs, progress, clock }: Lifetime,
  over: (why: TaskwireError) => void,
): (() => void) => {
  const limitMs = () => timeoutMs + progress.usage.audioSeconds * 1000;
  let cancelTimer = () => {};
  const arm = () => {
    const armedFor = limitMs();
    const leftMs = progress.submittedAt + armedFor - clock.now();
    cancelTimer = clock.after(Math.max(0, leftMs), () => {
      if (limitMs() > armedFor) arm();
      else over(tooLate(armedFor));
    });
  };
  arm();
  return () => cancelTimer();
};

const tooLate = (ms: number): TaskwireError =>
  new TaskwireError('deadline_exceeded', {
    message: `The answer was not ready within ${Math.round(ms)} ms (x-request-timeout-ms sets this limit).`,
  });
