/** `/embed`, `/embed_all` and `/similarity`: vectors as a bare array, and what they say of two texts. */
import { z } from 'zod';
import {
  type Embedding,
  type EmbeddingsParams,
  type TokenEmbeddings,
  request as task,
} from '../../../tasks/embeddings/schema.js';
import { asArray, maxInputs, text, textWork } from '../../../tasks/fields.js';
import type { Task } from '../../../tasks/task.js';
import { TaskwireError } from '../../errors.js';
import type { TeiRoute } from './route.js';

const { shape } = task;

/** What these clients say of texts that are too long. */
export const cutting = {
  truncate: z
    .boolean()
    .default(false)
    .describe('Cut inputs that exceed the model rather than answer 422: nothing says that they were.'),
  truncation_direction: shape.truncation_direction,
};

const prompted = { ...cutting, prompt_name: shape.prompt_name };

const embedRequest = z.object({
  inputs: shape.inputs,
  ...prompted,
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
  toTask: (fields) => fields,
  render: ({ values }) => (values as readonly Embedding[]).map(({ vector }) => vector),
};

/** Hundreds of vectors an input: text-embeddings-inference's own number. */
const mostInputsOfTokens = 32;

const embedAllRequest = z.object({
  inputs: z
    .union([text, z.array(text).min(1).max(mostInputsOfTokens)])
    .describe(`A text, or an array of up to ${mostInputsOfTokens}.`),
  ...prompted,
});

type EmbedAllRequest = z.output<typeof embedAllRequest>;

const paramsOfAll = (fields: EmbedAllRequest): EmbeddingsParams => ({
  normalize: false,
  truncate: fields.truncate,
  cutSide: fields.truncation_direction,
  promptName: fields.prompt_name,
  dimensions: undefined,
  pooling: 'none',
});

export const embedAll: TeiRoute<EmbedAllRequest> = {
  path: '/embed_all',
  task: 'embeddings',
  summary: 'A vector for each token, as the model leaves them: no pooling.',
  request: embedAllRequest,
  response: z
    .array(z.array(z.array(z.number())))
    .describe('For every input, in order, a vector for each of its tokens, special ones included.'),
  asTask({ name, ...task }: Task): Task {
    if (name !== 'embeddings') {
      const message = `/embed_all needs a model of embeddings, and this one is of ${name}.`;
      throw new TaskwireError('task_mismatch', { param: 'model', message });
    }
    const split = (fields: unknown) => ({
      works: asArray((fields as EmbedAllRequest).inputs).map(textWork),
      params: paramsOfAll(fields as EmbedAllRequest),
    });
    return { ...task, name, request: embedAllRequest, split };
  },
  toTask: (fields) => fields,
  render: ({ values }) => (values as readonly TokenEmbeddings[]).map(({ vectors }) => vectors),
};

/** None of the pipelines gives vectors by terms of the vocabulary (SPLADE's); clients shall hear it. */
export const embedSparse: TeiRoute<EmbedRequest> = {
  path: '/embed_sparse',
  task: 'embeddings',
  summary: 'Refused: no model here gives sparse vectors.',
  request: embedRequest,
  response: z.array(z.array(z.object({ index: z.int(), value: z.number() }))),
  asTask(): Task {
    const message = 'No model here gives sparse vectors (SPLADE); /embed gives dense ones.';
    throw new TaskwireError('task_mismatch', { param: 'model', message });
  },
  toTask: (fields) => fields,
  render: () => [],
};

const similarityRequest = z.object({
  inputs: z.object({
    source_sentence: text,
    sentences: z
      .array(text)
      .min(1)
      .max(maxInputs - 1),
  }),
  parameters: z.object(prompted).prefault({}),
});

type SimilarityRequest = z.output<typeof similarityRequest>;

export const similarity: TeiRoute<SimilarityRequest> = {
  path: '/similarity',
  task: 'embeddings',
  summary: 'How near each of several sentences is to one: the cosine of the angle between their vectors.',
  request: similarityRequest,
  response: z.array(z.number()).describe('From -1 to 1, one a sentence, in order.'),
  toTask: ({ inputs: { source_sentence: source, sentences }, parameters }) => ({
    inputs: [source, ...sentences],
    ...parameters,
    normalize: true,
  }),
  render({ values }) {
    const [source, ...others] = values as readonly Embedding[];
    return others.map((other) => dot(source!.vector, other.vector));
  },
};

/** Of two vectors of length 1: the cosine of the angle between them. */
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
