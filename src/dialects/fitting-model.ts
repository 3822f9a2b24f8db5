/** Routes that not every model of their task can serve: which one is their default, and what the others are told. */
import type { Caller } from '../admission/admission.js';
import type { Catalogue, CatalogueEntry } from '../catalogue/catalogue.js';
import { isCrossEncoder } from '../catalogue/cross-encoder.js';
import { TaskwireError } from '../errors.js';
import { canSee } from '../identity/scopes.js';

/** What a route asks of its model. */
export interface Fit {
  readonly fits: (entry: CatalogueEntry) => boolean;
  readonly kind: string;
}

export const crossEncoder: Fit = { fits: isCrossEncoder, kind: 'cross-encoder' };

/** The first of a task's models that the caller may see and that fits. Throws `model_not_found`. */
export const firstFitting = (
  { fits, kind }: Fit,
  {
    catalogue,
    taskName,
    caller,
  }: { readonly catalogue: Catalogue; readonly taskName: string; readonly caller: Caller },
): string => {
  const found = catalogue
    .list()
    .find((entry) => entry.task.name === taskName && canSee(entry, caller) && fits(entry));
  if (found) return found.id;
  const message = `No model of the catalogue is a ${kind}.`;
  throw new TaskwireError('model_not_found', { param: 'model', message });
};

/** `need`: what needs it, as in "/rerank needs". Throws `task_mismatch`. */
export const assertFits = (entry: CatalogueEntry, { fits, kind }: Fit, need: string): void => {
  if (fits(entry)) return;
  throw new TaskwireError('task_mismatch', {
    param: 'model',
    message: `${entry.id} is no ${kind}, as ${need}.`,
  });
};
