/** How much one run of an encoder may hold: a bound for memory, far above what the engine sends at once. */
import { type BatchLimits, defaultMaxWaste } from '../padding.js';

/** 16,384 padded tokens: what text-embeddings-inference takes by default. */
export const tokenBatchLimits: BatchLimits = {
  maxPaddedCost: 16_384,
  maxRows: 256,
  maxWaste: defaultMaxWaste,
};

/** Four megapixels of model input, e.g. 64 pictures of 224 x 224. */
export const pixelBatchLimits: BatchLimits = {
  maxPaddedCost: 4 * 2 ** 20,
  maxRows: 64,
  maxWaste: defaultMaxWaste,
};
