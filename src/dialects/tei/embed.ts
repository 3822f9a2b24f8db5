/** `/embed` and `/similarity`: vectors as a bare array, and what they say of two texts. */
import { z } from 'zod';
import { type Embedding, request as task } from '../../../tasks/embeddings/schema.js';
import { maxInputs, text } from '../../../tasks/fields.js';
import type { TeiRoute } from './route.js';

const { shape } = task;

/** What these clients say of texts that are too long. */
export const cutting = {
  truncate: z
    .boolean()
    .default(false)
    .describe('Cut inputs that exceed the model rather than answer 422: nothing says that they were.'),
  truncation_direction: z
    .literal(['right', 'Right'])
    .default('right')
    .describe('What does not fit loses its end.'),
};

const embedRequest = z.object({
  inputs: shape.inputs,
  ...cutting,
  normalize: shape.normalize,
  dimensions: shape.dimensions,
});

type EmbedRequest = z.output<typeof embedRequest>;

export const embed: TeiRoute<EmbedRequest> = {
  path: '/embed',
  task: 'embeddings',
  summary: "Vectors that lie near each other when texts mean the same, in text-embeddings-inference's form.",
  request: embedRequest,
  response: z.array(z.array(z.number())).describe('One vector an input, in order.'),
  toTask: ({ truncation_direction: _, ...fields }) => fields,
  render: ({ values }) => (values as readonly Embedding[]).map(({ vector }) => vector),
};

const similarityRequest = z.object({
  inputs: z.object({
    source_sentence: text,
    sentences: z
      .array(text)
      .min(1)
      .max(maxInputs - 1),
  }),
  parameters: z.object(cutting).prefault({}),
});

type SimilarityRequest = z.output<typeof similarityRequest>;

export const similarity: TeiRoute<SimilarityRequest> = {
  path: '/similarity',
  task: 'embeddings',
  summary: 'How near each of several sentences is to one: the cosine of the angle between their vectors.',
  request: similarityRequest,
  response: z.array(z.number()).describe('From -1 to 1, one a sentence, in order.'),
  toTask: ({ inputs: { source_sentence: source, sentences }, parameters: { truncate } }) => ({
    inputs: [source, ...sentences],
    truncate,
    normalize: true,
  }),
  render({ values }) {
    const [source, ...others] = values as readonly Embedding[];
    return others.map((other) => dot(source!.vector, other.vector));
  },
};

/** Of two vectors of length 1: the cosine of the angle between them. */
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
