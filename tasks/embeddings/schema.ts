import { z } from 'zod';
import { maxInputs, model, text, tokenIds, truncationDirection } from '../fields.js';

const fields = z.strictObject({
  model,
  inputs: z
    .union([text, z.array(text).min(1).max(maxInputs), tokenIds, z.array(tokenIds).min(1).max(maxInputs)])
    .describe(
      `A text, or its token ids as the model is to read them, or an array of up to ${maxInputs} of either.`,
    ),
  normalize: z.boolean().default(true).describe('Scale each vector to length 1.'),
  truncate: z
    .boolean()
    .default(true)
    .describe('Cut inputs that exceed the model; `false` answers 400 instead.'),
  truncation_direction: truncationDirection,
  prompt_name: z
    .string()
    .max(200)
    .optional()
    .describe(
      "Which of the model's prompts (`config_sentence_transformers.json`) is put before each text; default: the model's own default, mostly none.",
    ),
  dimensions: z
    .number()
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .describe('Keep only the first so many numbers of each vector.'),
  pooling: z
    .enum(['mean', 'cls', 'max', 'last'])
    .optional()
    .describe("How token vectors become one; default: the model's."),
  encoding_format: z
    .enum(['float', 'base64'])
    .default('float')
    .describe('`base64`: little-endian 32-bit floats.'),
});

export const request = fields.check(({ value: { inputs, prompt_name: prompt }, issues }) => {
  if (prompt !== undefined && [inputs].flat(2).some((one) => typeof one === 'number'))
    issues.push({ code: 'custom', path: ['prompt_name'], message: 'none beside token ids', input: prompt });
});

export type EmbeddingsRequest = z.output<typeof request>;

export const response = z.object({
  embeddings: z.array(z.union([z.array(z.number()), z.string()])).describe('One vector an input, in order.'),
  truncated: z.array(z.int()).optional().describe('Indices of the inputs that were cut.'),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

export interface EmbeddingsParams {
  readonly normalize: boolean;
  readonly truncate: boolean;
  readonly cutSide: EmbeddingsRequest['truncation_direction'];
  readonly promptName: string | undefined;
  readonly dimensions: number | undefined;
  /** `none`: a vector for each token. */
  readonly pooling: EmbeddingsRequest['pooling'] | 'none';
}

export interface Embedding {
  readonly vector: Float32Array;
  readonly tokens: number;
  readonly truncated: boolean;
}

/** What `pooling: 'none'` gives: [tokens], special tokens included. */
export interface TokenEmbeddings extends Pick<Embedding, 'tokens' | 'truncated'> {
  readonly vectors: readonly Float32Array[];
}

/** Base64 is of little-endian floats on every platform that Node runs on. */
export const vectorOf = (
  { vector }: Embedding,
  format: EmbeddingsRequest['encoding_format'],
): Float32Array | string =>
  format === 'base64'
    ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
    : vector;
