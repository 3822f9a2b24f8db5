import { TaskwireError } from '../errors.js';
import type { Body } from '../http/body.js';

/** The fields of a route that takes no forms. */
export const jsonFieldsOf = ({ fields, textual }: Body): Record<string, unknown> => {
  if (textual)
    throw new TaskwireError('unsupported_media', { param: 'content-type', allowed: 'application/json' });
  return withoutNulls(fields);
};

/** What clients leave open they send as null. */
export const withoutNulls = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
