/** Opens the store that a URL names, migrated and ready. A database is one entry here. */
import { openPostgres } from './postgres.js';
import { openSqlite } from './sqlite.js';
import { type Backend, type Store, storeOn } from './store.js';

const backends: ReadonlyArray<readonly [RegExp, (url: string) => Promise<Backend>]> = [
  [/^sqlite:/, (url) => openSqlite(url.slice('sqlite:'.length))],
  [/^postgres(ql)?:\/\//, openPostgres],
];

export const openStore = async (url: string): Promise<Store> => {
  const [, open] = backends.find(([pattern]) => pattern.test(url)) ?? [];
  // The URL may hold a password: it is not repeated.
  if (!open) throw new Error('DATABASE_URL must begin with sqlite: or postgres://');
  return storeOn(await open(url));
};
