import { textWork, tokensWork } from '../fields.js';
import type { Task } from '../task.js';
import {
  type Embedding,
  type EmbeddingsParams,
  type EmbeddingsRequest,
  request,
  response,
  vectorOf,
} from './schema.js';
import { wire } from './wire.js';

export const embeddings: Task<EmbeddingsRequest, Embedding> = {
  name: 'embeddings',
  aliases: ['feature-extraction', 'sentence-similarity'],
  summary: 'Vectors that lie near each other when texts mean the same.',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  wire,
  split(fields) {
    const { normalize, truncate, dimensions, pooling } = fields;
    const params: EmbeddingsParams = {
      normalize,
      truncate,
      cutSide: fields.truncation_direction,
      promptName: fields.prompt_name,
      dimensions,
      pooling,
    };
    return {
      works: inputsOf(fields.inputs).map((input) =>
        typeof input === 'string' ? textWork(input) : tokensWork(input),
      ),
      params,
    };
  },
  render(values, { encoding_format }) {
    const tokens = values.reduce((sum, value) => sum + value.tokens, 0);
    const truncated = values.flatMap((value, index) => (value.truncated ? [index] : []));
    return {
      embeddings: values.map((value) => vectorOf(value, encoding_format)),
      ...(truncated.length > 0 ? { truncated } : {}),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  },
};

/** A list of token ids is one input. */
const inputsOf = (inputs: EmbeddingsRequest['inputs']): ReadonlyArray<string | readonly number[]> => {
  if (typeof inputs === 'string') return [inputs];
  return typeof inputs[0] === 'number' ? [inputs as number[]] : (inputs as string[] | number[][]);
};
