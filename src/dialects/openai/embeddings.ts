/** `/embeddings`: texts in, vectors out. */
import { z } from 'zod';
import { type Embedding, request as task } from '../../../tasks/embeddings/schema.js';
import { text } from '../../../tasks/fields.js';
import { PackedVector } from '../../http/json-answer.js';
import type { Endpoint } from './endpoint.js';

const { shape } = task;

const request = z.object({
  model: shape.model,
  input: shape.inputs,
  encoding_format: shape.encoding_format,
  dimensions: shape.dimensions,
  truncate: z
    .boolean()
    .default(false)
    .describe(
      "Not OpenAI's. Cut inputs that exceed the model, and say so in `truncated`, rather than answer 400.",
    ),
  user: text.optional().describe('Ignored.'),
});

type EmbeddingsRequest = z.output<typeof request>;

const response = z.object({
  object: z.literal('list'),
  data: z
    .array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]).describe('Of length 1.'),
      }),
    )
    .describe('One an input, in order.'),
  model: z.string(),
  truncated: z.array(z.int()).optional().describe('Indices of the inputs that were cut.'),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

export const embeddings: Endpoint<EmbeddingsRequest> = {
  route: '/embeddings',
  isAtRoot: true,
  task: 'embeddings',
  summary: "Vectors that lie near each other when texts mean the same, in OpenAI's form.",
  request,
  response,
  names: { inputs: 'input' },
  toTask: ({ input, encoding_format, dimensions, truncate }) => ({
    inputs: input,
    encoding_format,
    dimensions,
    truncate,
  }),
  render({ values }, { encoding_format }, { model }) {
    const all = values as readonly Embedding[];
    const truncated = all.flatMap((value, index) => (value.truncated ? [index] : []));
    const tokens = all.reduce((sum, value) => sum + value.tokens, 0);
    return {
      object: 'list',
      data: all.map(({ vector }, index) => ({
        object: 'embedding',
        index,
        embedding: encoding_format === 'base64' ? new PackedVector(vector) : vector,
      })),
      model,
      ...(truncated.length > 0 ? { truncated } : {}),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  },
};
