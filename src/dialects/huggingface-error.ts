/** Hugging Face's error envelope: a sentence, and the kind that its clients know. */
import { z } from 'zod';
import type { TaskwireError } from '../errors.js';
import type { ErrorEnvelope } from '../http/openapi-schemas.js';

/** TGI's kinds where there is one; else the code. */
const typeOf = ({ status, code }: TaskwireError): string => {
  if (status === 400 || status === 413 || status === 415 || status === 422) return 'validation';
  if (status === 429 || status === 503) return 'overloaded';
  return status >= 500 ? 'generation' : code;
};

export const renderHuggingFaceError = (error: TaskwireError): object => ({
  error: error.message,
  error_type: typeOf(error),
  ...(error.code === 'model_loading' && error.retryAfterSeconds !== undefined
    ? { estimated_time: error.retryAfterSeconds }
    : {}),
});

/** In a stream the clients look for `message`. */
export const renderHuggingFaceEvent = (error: TaskwireError): object => ({
  error: { message: error.message, type: typeOf(error), code: error.code },
  error_type: typeOf(error),
});

const errorSchema = z.object({
  error: z.string(),
  error_type: z.string(),
  estimated_time: z.number().optional().describe('While the model loads: seconds.'),
});

export const huggingFaceError: ErrorEnvelope = { name: 'HuggingFaceError', schema: errorSchema };
