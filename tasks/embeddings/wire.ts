import { z } from 'zod';
import { maxInputs, text, truncatedUnseen } from '../fields.js';
import type { Wire, Wires } from '../wire.js';
import { type Embedding, request as task, vectorOf } from './schema.js';

const {
  inputs,
  normalize,
  truncate,
  truncation_direction,
  prompt_name,
  dimensions,
  pooling,
  encoding_format,
} = task.shape;
const common = { inputs, normalize, truncate, dimensions, pooling, encoding_format };

const vector = z.union([z.array(z.number()), z.string()]);
const deepinfraRequest = z.object(common);

const deepinfra: Wire<Embedding, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  toTask: (fields) => fields,
  response: z.object({
    embeddings: z.array(vector),
    input_tokens: z.int(),
    truncated: z.array(z.int()).optional().describe('Indices of the inputs that were cut.'),
  }),
  render(values, fields, usage) {
    const truncated = values.flatMap((value, index) => (value.truncated ? [index] : []));
    return {
      embeddings: values.map((value) => vectorOf(value, fields.encoding_format)),
      input_tokens: usage.inputTokens,
      ...(truncated.length > 0 ? { truncated } : {}),
    };
  },
};

const comparison = z.object({
  source_sentence: text,
  sentences: z
    .array(text)
    .min(1)
    .max(maxInputs - 1),
});

const huggingfaceRequest = z.object({
  ...common,
  truncate: truncatedUnseen,
  inputs: z
    .union([inputs, comparison])
    .describe('Texts to embed, or a sentence and those that it is compared with.'),
  truncation_direction,
  prompt_name,
});

type FeatureRequest = z.output<typeof huggingfaceRequest>;

const isComparison = (value: FeatureRequest['inputs']): value is z.output<typeof comparison> =>
  typeof value === 'object' && !Array.isArray(value);

const huggingface: Wire<Embedding, FeatureRequest> = {
  request: huggingfaceRequest,
  toTask(fields) {
    if (!isComparison(fields.inputs)) return fields;
    const { source_sentence: source, sentences } = fields.inputs;
    return { ...fields, inputs: [source, ...sentences], normalize: true };
  },
  response: z
    .union([vector, z.array(vector), z.array(z.number())])
    .describe('One vector for a text, a list for a list; of a comparison the cosine similarities.'),
  render(values, fields) {
    if (isComparison(fields.inputs)) {
      const [source, ...others] = values;
      return others.map((other) => dot(source!.vector, other.vector));
    }
    const vectors = values.map((value) => vectorOf(value, fields.encoding_format));
    if (isList(fields.inputs)) return vectors;
    const [one] = vectors;
    // Nine digits tell any two 32-bit floats apart.
    return typeof one === 'string' ? [one] : Array.from(one!, (value) => Number(value.toPrecision(9)));
  },
};

/** A list of token ids is one input. */
const isList = (value: FeatureRequest['inputs']): boolean =>
  Array.isArray(value) && typeof value[0] !== 'number';

/** Of two vectors of length 1: the cosine of the angle between them. */
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

export const wire: Wires<Embedding> = { deepinfra, huggingface };
