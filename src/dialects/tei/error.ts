/** text-embeddings-inference's errors: a sentence and one of six kinds, under statuses of its own. */
import { z } from 'zod';
import { type ErrorCode, errorTable, type TaskwireError } from '../../errors.js';
import type { ErrorEnvelope } from '../../http/openapi-schemas.js';

const kinds = ['Unhealthy', 'Backend', 'Overloaded', 'Validation', 'Tokenizer', 'Empty'] as const;
type Kind = (typeof kinds)[number];

const wordings: Partial<Record<ErrorCode, readonly [status: number, kind: Kind]>> = {
  missing_field: [400, 'Empty'],
  overloaded: [429, 'Overloaded'],
  runner_failed: [424, 'Backend'],
};

/** Every other code keeps its status; only 400 is 422 to these clients. */
const wordingOf = (code: ErrorCode): readonly [number, Kind] => {
  const { status } = errorTable[code];
  if (status === 400) return wordings[code] ?? [422, 'Validation'];
  if (status === 429) return [429, 'Overloaded'];
  if (status === 503) return wordings[code] ?? [503, 'Unhealthy'];
  return wordings[code] ?? [status, status >= 500 ? 'Backend' : 'Validation'];
};

export const teiStatus = (code: ErrorCode): number => wordingOf(code)[0];

export const renderTeiError = ({ code, message }: TaskwireError): object => ({
  error: message,
  error_type: wordingOf(code)[1],
});

export const teiError: ErrorEnvelope = {
  name: 'TeiError',
  schema: z.object({ error: z.string(), error_type: z.enum(kinds) }),
  statusOf: teiStatus,
};
