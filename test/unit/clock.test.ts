import { pause, systemClock } from '../../src/metering/clock.js';
import { FakeClock } from '../helpers/fake-clock.js';

test('a pause ends when its time has come and leaves no timer behind', async () => {
  const clock = new FakeClock();
  let over = false;
  const waiting = pause(clock, 100).then(() => {
    over = true;
  });
  await clock.advance(99);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(over).toBe(true);
  await waiting;
  expect(clock.pending).toBe(0);
});

test('a signal ends a pause early and cancels its timer', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const waiting = pause(clock, 100, controller.signal);
  controller.abort();
  await waiting;
  expect(clock.pending).toBe(0);
});

test('a pause on a signal that fired before ends at once', async () => {
  const clock = new FakeClock();
  await pause(clock, 100, AbortSignal.abort());
  expect(clock.pending).toBe(0);
});

test('the system clock never runs backwards and its callbacks can be cancelled', async () => {
  const before = systemClock.now();
  let called = false;
  const cancel = systemClock.after(0, () => {
    called = true;
  });
  cancel();
  // Unreferenced timers do not keep a process alive, so a referenced one waits for the other.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise<void>((resolve) => {
    const keep = setTimeout(() => {}, 1_000);
    systemClock.after(0, () => {
      clearTimeout(keep);
      resolve();
    });
  });
  expect(called).toBe(false);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
});
