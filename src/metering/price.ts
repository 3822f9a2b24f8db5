/** What a request costs: a model's prices times what was used, in integer micro-dollars. */
import { z } from 'zod';
import type { Usage } from '../job.js';

const usd = z.number().min(0).max(1e6).default(0);

/** `prices` in `taskwire.json`; what is left out is free. */
export const pricesShape = z.strictObject({
  usd_per_million_input_tokens: usd,
  usd_per_million_output_tokens: usd,
  usd_per_image: usd,
  usd_per_audio_minute: usd,
  usd_per_gpu_second: usd,
});

export type Prices = z.output<typeof pricesShape>;

/** Rounded up: what is not free costs something. Grows with each quantity, so a hold by ceilings covers the cost. */
export const costMicroUsd = (prices: Prices | undefined, usage: Usage): number => {
  if (!prices) return 0;
  const exact =
    // Dollars a million are micro-dollars each.
    prices.usd_per_million_input_tokens * usage.inputTokens +
    prices.usd_per_million_output_tokens * usage.outputTokens +
    prices.usd_per_image * 1e6 * usage.images +
    prices.usd_per_audio_minute * 1e6 * (usage.audioSeconds / 60) +
    prices.usd_per_gpu_second * usage.deviceMicros;
  // 0.1 + 0.2 is a little more than 0.3: such dust is no further micro-dollar.
  return Math.max(0, Math.ceil(exact * (1 - 1e-12) - 1e-9));
};
