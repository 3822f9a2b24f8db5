/** What a new key may be asked to be, on the command line and over HTTP alike. */
import { show, TaskwireError } from '../errors.js';
import type { NewKeyTerms } from './accounts.js';

/** Throws `invalid_field` unless its tasks exist and it expires in the future. */
export const checkKeyTerms = ({ tasks, expiresAt }: NewKeyTerms, taskNames: readonly string[]): void => {
  const unknown = tasks?.find((task) => !taskNames.includes(task));
  if (unknown !== undefined)
    throw new TaskwireError('invalid_field', {
      param: 'scopes.tasks',
      got: show(unknown),
      allowed: taskNames.join(', '),
    });
  if (expiresAt !== undefined && expiresAt <= Date.now())
    throw new TaskwireError('invalid_field', {
      param: 'expires_at',
      got: new Date(expiresAt).toISOString(),
      allowed: 'a time to come',
    });
};
