import { TaskwireError } from '../errors.js';

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
