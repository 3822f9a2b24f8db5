import type { Device } from './index.js';

/** Always there. */
export const cpu: Device = {
  name: 'cpu',
  executionProviders: ['cpu'],
  async probe() {},
};
