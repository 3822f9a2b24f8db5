/** DeepInfra's account of a request, which native answers carry too. */
import { z } from 'zod';
import type { Settled } from '../infer.js';

export const statusOf = ({ usage, computeMs, costMicroUsd }: Settled) => ({
  status: 'succeeded' as const,
  runtime_ms: Math.round(computeMs),
  cost: costMicroUsd / 1e6,
  tokens_input: usage.inputTokens,
  tokens_generated: usage.outputTokens,
});

/** Of a request that has not run, or not to its end. */
export const emptyStatus = (status: 'queued' | 'failed') => ({
  status,
  runtime_ms: 0,
  cost: 0,
  tokens_input: 0,
  tokens_generated: 0,
});

export const statusShape = {
  request_id: z.string(),
  inference_status: z.object({
    status: z.enum(['succeeded', 'queued', 'failed']),
    runtime_ms: z.int(),
    cost: z.number().describe('US dollars.'),
    tokens_input: z.int(),
    tokens_generated: z.int(),
  }),
};
