/**
 * All that lasts: verbs in groups, `await store.ledger.balance('acct_1')`, the same on SQLite and PostgreSQL.
 *
 * A group is a file here that exports an object of verbs, made by `read`, `write` or `early` (verb.ts), and one entry in
 * verbs.ts; its tables are typed in `<owner>-tables.ts` and made by a file in migrations/. A verb gets the transaction it
 * is part of as its first argument, `db` (Kysely), and uses it for everything; it never opens one of its own. When it
 * throws, or answers `new Undone(answer)`, nothing of it stays. On SQLite it runs on the store's own thread: arguments and results are plain data, a
 * `TaskwireError` crosses over, any other error becomes `internal`.
 *
 * What both databases can do: `text`, `bigint` and `double precision` columns; flags are 0 and 1, times milliseconds, JSON
 * is text; sums are written `cast(sum(x) as bigint)`; `on conflict`, `returning`; no foreign keys between owners.
 * Two processes may run the same verb at once (PostgreSQL): check and change in one statement
 * (`update … where used + ? <= limit`), not by a select before it.
 */
import type { Verb } from './verb.js';
import { verbs } from './verbs.js';

/** Runs verbs on one database. */
export interface Backend {
  call(group: string, verb: string, args: readonly unknown[]): Promise<unknown>;
  /** Finishes what was asked, then lets go of the database. */
  close(): Promise<void>;
}

type Called<V> = V extends Verb<infer A, infer R> ? (...args: A) => Promise<R> : never;

type Groups = {
  readonly [G in keyof typeof verbs]: {
    readonly [V in keyof (typeof verbs)[G]]: Called<(typeof verbs)[G][V]>;
  };
};

export type Store = Groups & Pick<Backend, 'close'>;

export const storeOn = (backend: Backend): Store => {
  const bind = (group: string, names: Readonly<Record<string, Verb>>) =>
    Object.fromEntries(
      Object.keys(names).map((name) => [name, (...args: unknown[]) => backend.call(group, name, args)]),
    );
  const groups = Object.entries(verbs).map(([group, names]) => [group, bind(group, names)]);
  return { ...Object.fromEntries(groups), close: () => backend.close() };
};
