/** What makes two requests the same: the account, the model as it was loaded, the inputs and the parameters. */
import { createHash, type Hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { serialize } from 'node:v8';
import type { Job } from '../job.js';

/** Hashed at a time: 1 ms. */
const sliceBytes = 2 ** 20;

/** `revision`: of the files that answer; see `Engine.revision`. */
export const fingerprintOf = ({ account, model, works, params }: Job, revision: string): Promise<string> => {
  const { id, dtype, options, pipelineUrl } = model;
  const head = [account, id, dtype, options, pipelineUrl, revision, params, works.length];
  return hashOf(
    head,
    works.map(({ input }) => input),
  );
};

/** Of plain values, and of inputs that may be large. */
export const hashOf = async (head: unknown, inputs: readonly unknown[]): Promise<string> => {
  const hash = createHash('sha256');
  hash.update(serialize(head));
  for (const input of inputs) {
    if (input instanceof Uint8Array) await updateInSlices(hash, input);
    else hash.update(serialize(input));
  }
  return hash.digest('base64url');
};

/** Inputs begin with their length, so that no two lists of them look the same. */
const updateInSlices = async (hash: Hash, bytes: Uint8Array): Promise<void> => {
  hash.update(`${bytes.byteLength}:`);
  for (let start = 0; start < bytes.byteLength; start += sliceBytes) {
    if (start > 0) await setImmediate();
    hash.update(bytes.subarray(start, start + sliceBytes));
  }
};
