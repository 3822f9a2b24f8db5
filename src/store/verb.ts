/** The form of a store's verb: one transaction, run where the database is. */
import type { Db } from './database.js';

/**
 * `read`: changes nothing; beside the writes, on what was committed.
 * `write`: one transaction; resolves once it is safe on the disk.
 * `early`: a write that resolves as soon as later writes see it. For what a crash may undo together with its request.
 */
type Kind = 'read' | 'write' | 'early';

export interface Verb<A extends readonly unknown[] = readonly never[], R = unknown> {
  readonly kind: Kind;
  readonly run: (db: Db, ...args: A) => Promise<R | Undone<R>>;
}

const verb =
  (kind: Kind) =>
  <A extends readonly unknown[], R>(run: Verb<A, R>['run']): Verb<A, R> => ({ kind, run });

export const read = verb('read');
export const write = verb('write');
export const early = verb('early');

/** A verb's answer that takes back all that the verb has written. */
export class Undone<R> {
  readonly answer: R;

  constructor(answer: R) {
    this.answer = answer;
  }
}
