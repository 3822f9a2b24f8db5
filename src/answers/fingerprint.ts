/** What makes two requests the same: the account, the model as it lies on the disk, the inputs and the parameters. */
import { createHash, type Hash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { serialize } from 'node:v8';
import type { Job, ModelRef } from '../job.js';

/** Hashed at a time: 1 ms. */
const sliceBytes = 2 ** 20;

/** By folder: a model does not change while it is loaded. */
const revisions = new Map<string, string>();

export const fingerprintOf = ({ account, model, works, params }: Job): Promise<string> => {
  const { id, dtype, options, pipelineUrl } = model;
  const head = [account, id, dtype, options, pipelineUrl, revisionOf(model), params, works.length];
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

const revisionOf = ({ folder }: ModelRef): string => {
  const known = revisions.get(folder);
  if (known !== undefined) return known;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const states = files.map((name) => {
    const { size, mtimeMs } = statSync(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  const revision = states.join('\n');
  revisions.set(folder, revision);
  return revision;
};
