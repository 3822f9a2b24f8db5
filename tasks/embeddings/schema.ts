import { z } from 'zod';
import { maxInputs, model, text, tokenIds } from '../fields.js';

export const request = z.strictObject({
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

export type EmbeddingsRequest = z.output<typeof request>;

export const response = z.object({
  embeddings: z.array(z.union([z.array(z.number()), z.string()])).describe('One vector an input, in order.'),
  truncated: z.array(z.int()).optional().describe('Indices of the inputs that were cut.'),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

export interface EmbeddingsParams {
  readonly normalize: boolean;
  readonly truncate: boolean;
  readonly dimensions: number | undefined;
  readonly pooling: EmbeddingsRequest['pooling'];
}

export interface Embedding {
  readonly vector: Float32Array;
  readonly tokens: number;
  readonly truncated: boolean;
}

/** Base64 is of little-endian floats on every platform that Node runs on. */
export const vectorOf = (
  { vector }: Embedding,
  format: EmbeddingsRequest['encoding_format'],
): Float32Array | string =>
  format === 'base64'
    ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
    : vector;
