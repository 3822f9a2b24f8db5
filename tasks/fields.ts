/** Field types that several tasks share. */
import { z } from 'zod';

/** The most inputs a request may carry. */
export const maxInputs = 2048;

/** NUL is a character like any other; half a surrogate pair is no text at all. */
export const text = z.string().refine((value) => value.isWellFormed(), 'must not hold lone surrogates');

export const model = z
  .string()
  .max(200)
  .refine((value) => !value.includes('\0') && value.isWellFormed(), 'must not hold NUL or lone surrogates')
  .optional()
  .describe("Model id, with an optional precision suffix; default: the task's default model.");

export const texts = z
  .union([text, z.array(text).min(1).max(maxInputs)])
  .describe(`A text, or an array of up to ${maxInputs}.`);

/** Of answers that have no place to say that an input was cut. */
export const truncatedUnseen = z
  .boolean()
  .default(false)
  .describe('Cut inputs that exceed the model, without a word in the answer; else these are refused.');

/** Clients of text-embeddings-inference write it with a capital. */
export const truncationDirection = z
  .enum(['right', 'left', 'Right', 'Left'])
  .default('right')
  .transform((side) => side.toLowerCase() as 'left' | 'right')
  .describe('What does not fit loses its end (`right`), or its beginning (`left`).');

export const topK = z.number().int().min(1).max(1000).optional();

/** Media as it came: bytes of an upload, or a data URL or base64 in JSON. Decoded to bytes before a task sees it. */
export const mediaField = (kind: string) =>
  z
    .custom<Uint8Array | string>((value) => typeof value === 'string' || value instanceof Uint8Array, {
      error: 'a data URL or base64',
    })
    .optional()
    .meta({ type: 'string', description: `The ${kind}: an uploaded file, or a data URL or base64 in JSON.` });

export const mediaUrl = (kind: string) =>
  z.string().optional().describe(`http(s) address of the ${kind}, or a data URL.`);

export const asArray = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

/** Token ids in a tokenizer's order; which of them there are, the runner knows. */
export const tokenIds = z.array(z.int().min(0).max(0x7fffffff)).min(1).max(1_000_000);

/** UTF-16 length: what a text costs in memory and, near enough, in tokens. */
export const textWork = (input: string) => ({
  input,
  size: Math.max(1, input.length),
  bytes: input.length * 2,
});

/** About four characters a token. */
export const charactersPerToken = 4;

export const tokensWork = (input: readonly number[]) => ({
  input,
  size: charactersPerToken * input.length,
  bytes: 8 * input.length,
});

/** A picture's cost is its model's, not its file's: all pictures count alike. */
export const imageWork = (media: Uint8Array | undefined) => {
  if (!media) throw new Error('an image task got no image: this is a bug');
  return { input: media, size: 1, bytes: media.byteLength };
};
