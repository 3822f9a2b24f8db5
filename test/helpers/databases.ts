/** The databases that the store works on, as suites meet them: `describeStores` runs one on each. */
import { join } from 'node:path';
import Libsql from 'libsql';
import pg from 'pg';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { describeWithPostgres } from './needs.js';
import { type Postgres, startPostgres } from './postgres.js';
import { temporaryFolder } from './temporary.js';

export interface Databases {
  /** The URL of an empty database. */
  newUrl(): Promise<string>;
  /** Opened for this test; closed after it. */
  open(url: string): Promise<Store>;
  /** Past the store. */
  sql(url: string, statement: string): Promise<void>;
}

type Suite = (databases: Databases) => void;

const closingStores = () => {
  const opened: Store[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });
  return async (url: string) => {
    const store = await openStore(url);
    opened.push(store);
    return store;
  };
};

export const describeStores = (name: string, suite: Suite): void => {
  describe(`${name}, on SQLite`, () => {
    suite({
      open: closingStores(),
      newUrl: async () => `sqlite:${join(temporaryFolder(), 'store.db')}`,
      async sql(url, statement) {
        const database = new Libsql(url.slice('sqlite:'.length));
        try {
          database.pragma('busy_timeout = 5000');
          database.exec(statement);
        } finally {
          database.close();
        }
      },
    });
  });
  describeWithPostgres(`${name}, on PostgreSQL`, () => {
    let postgres: Postgres;
    beforeAll(async () => {
      postgres = await startPostgres();
    }, 120_000);
    const open = closingStores();
    // Inside, so that what the suite ends after its tests ends before the database does.
    const databases: Databases = {
      open,
      newUrl: () => postgres.newDatabase(),
      async sql(url, statement) {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        await client.query(statement).finally(() => client.end());
      },
    };
    describe('', () => suite(databases));
    afterAll(() => postgres?.stop());
  });
};
