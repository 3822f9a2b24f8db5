/** What a caller may use: the scopes of its key or token, and models that are somebody's own. */

import type { Caller } from '../admission/admission.js';
import type { CatalogueEntry, Resolved } from '../catalogue/catalogue.js';
import { TaskwireError } from '../errors.js';

/** Whether a list may show the model; without a caller only public ones are. */
export const canSee = ({ visibility, owner }: CatalogueEntry, caller: Caller | undefined): boolean =>
  visibility === 'public' ||
  (caller !== undefined && (owner === caller.account || owner === caller.name || owner === caller.team));

/** Throws `model_forbidden`. */
export const mustSee = (entry: CatalogueEntry, caller: Caller): void => {
  if (canSee(entry, caller)) return;
  const message = `The model ${entry.id} is private to another account.`;
  throw new TaskwireError('model_forbidden', { param: 'model', message });
};

/** The model, if the caller may run it. Throws `feature_disabled`, `model_forbidden` or `scope_forbidden`. */
export const permitted = (resolved: Resolved, caller: Caller): Resolved => {
  if (!caller.inferenceEnabled) throw new TaskwireError('feature_disabled');
  const { entry } = resolved;
  mustSee(entry, caller);
  const { tasks, models } = caller.scopes;
  if (tasks && !tasks.includes(entry.task.name)) throw outOfScope('task', entry.task.name, tasks);
  if (models && !models.includes(entry.id)) throw outOfScope('model', entry.id, models);
  return resolved;
};

const outOfScope = (param: 'task' | 'model', got: string, allowed: readonly string[]): TaskwireError =>
  new TaskwireError('scope_forbidden', {
    param,
    message: `The key's scopes do not include the ${param} ${got}.`,
    allowed: allowed.slice(0, 10).join(', ') || 'none',
  });

/**
 * Whether the key may only do a part of what its account may. Such a key makes no keys and no changes: it could lift
 * its own limits.
 */
export const isRestricted = (caller: Caller): boolean =>
  caller.credential === 'token' ||
  caller.expires ||
  caller.caps.length > 0 ||
  caller.requestsPerMinute !== undefined ||
  Object.values(caller.scopes).some((scope) => scope !== undefined);
