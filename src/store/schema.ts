/** The state of the tables themselves. */
import { sql } from 'kysely';
import { read } from './verb.js';

export interface AppliedMigration {
  readonly id: string;
  readonly at: number;
}

export const schema = {
  /** In their order. */
  migrations: read(async (db): Promise<readonly AppliedMigration[]> => {
    const { rows } = await sql<AppliedMigration>`select id, at from migrations order by id`.execute(db);
    return rows;
  }),
};
