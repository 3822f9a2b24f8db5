import type { Device } from './index.js';

/** Always there. */
export const cpu: Device = {
  name: 'cpu',
  executionProviders: [],
  // One a core: side by side they need not wait for each other, as the threads of a single run do (docs/bench-log.md).
  concurrentRuns: (threads) => threads,
  async probe() {},
};
