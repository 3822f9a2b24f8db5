/** The collector of garbage, to be run when it hurts most, or when nothing else may. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export const garbageCollector = (): ((options?: { readonly type: 'minor' }) => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;
};
