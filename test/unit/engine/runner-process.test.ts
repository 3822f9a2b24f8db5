import { startRunnerProcess } from '../../../src/engine/runner-process.js';

test('a process that the system does not make is one that ended, and says why', async () => {
  // More than a process may be given.
  process.env.TASKWIRE_TEST_BALLAST = 'x'.repeat(4 * 2 ** 20);
  try {
    const exit = await new Promise<{ lastWords: string }>((resolve) => {
      const runner = startRunnerProcess({ message() {}, exit: resolve });
      runner.send({ type: 'close' });
      runner.kill();
      expect(runner.pid).toBeUndefined();
    });
    expect(exit).toMatchObject({ code: null, signal: null, lastWords: expect.stringContaining('E2BIG') });
  } finally {
    delete process.env.TASKWIRE_TEST_BALLAST;
  }
});
