import { setTimeout } from 'node:timers/promises';

/** Less than the time that Jest gives a test by default, so that what was waited for is told. */
const patienceMs = 25_000;

/** Waits for what happens elsewhere and sends no event: another process, the far end of a socket. */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  withinMs = patienceMs,
): Promise<void> => {
  // Made here, where its stack leads to who waits.
  const late = new Error(`not within ${withinMs} ms: ${condition}`);
  const giveUpAt = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw late;
    await setTimeout(2);
  }
};
