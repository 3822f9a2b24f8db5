/** Queries that every request makes: built once, since building one costs more than running it. */
import type { Compilable, CompiledQuery } from 'kysely';
import type { Db } from './database.js';

/** Stands for a value that is given when the query runs. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const slots = new Proxy({}, { get: (_, name) => new Slot(String(name)) });

/** `build` may pass on what it is given, but not look at it. */
export const prepared = <Given extends object, Row>(build: (db: Db, given: Given) => Compilable<Row>) => {
  /** By kind of database: a test may have both. */
  const built = new WeakMap<object, CompiledQuery<Row>>();
  return async (db: Db, given: Given): Promise<Row | undefined> => {
    const { adapter } = db.getExecutor();
    const query = built.get(adapter) ?? build(db, slots as Given).compile();
    built.set(adapter, query);
    const parameters = query.parameters.map((value) =>
      value instanceof Slot ? given[value.name as keyof Given] : value,
    );
    const { rows } = await db.executeQuery<Row>({ ...query, parameters });
    return rows[0];
  };
};
