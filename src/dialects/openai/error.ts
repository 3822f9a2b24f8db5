/** OpenAI's error envelope: exactly its four fields, with our codes. */
import { z } from 'zod';
import { errorTable, type TaskwireError } from '../../errors.js';
import type { ErrorEnvelope } from '../../http/openapi-schemas.js';

const typeOf = (status: number): string => {
  if (status === 401) return 'authentication_error';
  if (status === 402) return 'insufficient_quota';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
};

export const renderOpenAiError = ({ code, message, param, status }: TaskwireError): object => ({
  error: { message, type: typeOf(status), param: param ?? null, code },
});

const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.enum([...new Set(Object.values(errorTable).map(({ status }) => typeOf(status)))]),
    param: z.string().nullable(),
    code: z.enum(Object.keys(errorTable)),
  }),
});

export const openAiError: ErrorEnvelope = { name: 'OpenAiError', schema: errorSchema };
