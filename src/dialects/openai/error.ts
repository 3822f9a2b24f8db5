/** OpenAI's error envelope: exactly its four fields, with our codes. */
import { z } from 'zod';
import { errorTable, TaskwireError } from '../../errors.js';
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

/** The error with the dialect's name of the field at fault, also where its sentence says it. */
export const withNames = (error: TaskwireError, names: Readonly<Record<string, string>>): TaskwireError => {
  const { code, param, message, retryAfterSeconds } = error;
  const [, field = '', place = ''] = /^(\w+)(.*)$/s.exec(param ?? '') ?? [];
  const name = Object.hasOwn(names, field) ? names[field] : undefined;
  if (name === undefined) return error;
  return new TaskwireError(code, {
    param: `${name}${place}`,
    message: message.replace(new RegExp(`(field:? )${field}\\b`, 'gi'), `$1${name}`),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
};

const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.enum([...new Set(Object.values(errorTable).map(({ status }) => typeOf(status)))]),
    param: z.string().nullable(),
    code: z.enum(Object.keys(errorTable)),
  }),
});

export const openAiError: ErrorEnvelope = { name: 'OpenAiError', schema: errorSchema };
