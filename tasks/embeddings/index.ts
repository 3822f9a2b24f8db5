import { asArray, textWork } from '../fields.js';
import type { Task } from '../task.js';
import {
  type Embedding,
  type EmbeddingsParams,
  type EmbeddingsRequest,
  request,
  response,
} from './schema.js';

export const embeddings: Task<EmbeddingsRequest, Embedding> = {
  name: 'embeddings',
  aliases: ['feature-extraction', 'sentence-similarity'],
  summary: 'Vectors that lie near each other when texts mean the same.',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  split({ inputs, normalize, truncate, dimensions, pooling }) {
    const params: EmbeddingsParams = { normalize, truncate, dimensions, pooling };
    return { works: asArray(inputs).map(textWork), params };
  },
  render(values, { encoding_format }) {
    const tokens = values.reduce((sum, value) => sum + value.tokens, 0);
    const truncated = values.flatMap((value, index) => (value.truncated ? [index] : []));
    return {
      embeddings: values.map(({ vector }) => (encoding_format === 'base64' ? base64(vector) : vector)),
      ...(truncated.length > 0 ? { truncated } : {}),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  },
};

/** Little-endian on every platform that Node runs on. */
const base64 = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
