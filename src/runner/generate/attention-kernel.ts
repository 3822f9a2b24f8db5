/** Which of ONNX Runtime's two kernels of attention over a cache in place (`GroupQueryAttention`) a decoder gets on the CPU. */
import { chunkTokensFor, type DecoderConfig } from './kv-store.js';

/** ONNX Runtime reads it when it opens a session (gqa_attention_base.h). */
const flashIsOff = 'ORT_GQA_DISABLE_FLASH_ATTENTION';

/** What the scores of one chunk of a prompt may take when all that its window holds lies before it. */
const mostScoreBytes = 2 ** 28;

/**
 * Decides for sessions that this process opens from now on. By default ONNX Runtime takes flash attention, which holds the
 * scores of a few tokens at a time; the other kernel holds them all, [heads, tokens read, tokens there] as floats, and is
 * faster (eight texts of 750 tokens: 17 % more tokens a second; docs/bench-log.md). It is taken where that memory is
 * bounded. What the environment says already stands.
 */
export const chooseAttentionKernel = (config: DecoderConfig, windowTokens: number): void => {
  const scoreBytes = config.num_attention_heads * chunkTokensFor(config) * windowTokens * 4;
  if (scoreBytes <= mostScoreBytes) process.env[flashIsOff] ??= '1';
};
