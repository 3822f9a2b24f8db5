/** One row a request: added when it is settled, read by filters, summed by day and model. */
import { type SelectQueryBuilder, sql } from 'kysely';
import { afterCursor, cursorOf, type Page } from './cursor.js';
import type { Database, Db } from './database.js';
import type { UsageRow } from './money-tables.js';
import { prepared } from './prepared.js';
import { read, write } from './verb.js';

export interface UsageFilter {
  readonly account?: string | undefined;
  readonly payer?: string | undefined;
  /** Milliseconds since 1970; from is included, to is not. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly model?: string | undefined;
  readonly keyId?: string | undefined;
  readonly task?: string | undefined;
  readonly status?: string | undefined;
}

export interface UsageSum {
  /** UTC, `2026-11-21`. */
  readonly day: string;
  readonly model: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly images: number;
  readonly audioMs: number;
  readonly deviceMicros: number;
  readonly costMicroUsd: number;
}

const insertRow = prepared((db, row: UsageRow) =>
  db
    .insertInto('usage')
    .values({
      request_id: row.request_id,
      at: row.at,
      account: row.account,
      payer: row.payer,
      key_id: row.key_id,
      model: row.model,
      task: row.task,
      input_tokens: row.input_tokens,
      output_tokens: row.output_tokens,
      images: row.images,
      audio_ms: row.audio_ms,
      device_us: row.device_us,
      cost_micro_usd: row.cost_micro_usd,
      queue_us: row.queue_us,
      compute_us: row.compute_us,
      total_us: row.total_us,
      status: row.status,
      cached: row.cached,
    })
    .onConflict((conflict) => conflict.column('request_id').doNothing())
    .returning('request_id'),
);

/** False when the request has its row already. */
export const addRow = async (db: Db, row: UsageRow): Promise<boolean> =>
  (await insertRow(db, row)) !== undefined;

export const costOf = async (db: Db, requestId: string): Promise<number> => {
  const row = db.selectFrom('usage').select('cost_micro_usd').where('request_id', '=', requestId);
  return (await row.executeTakeFirstOrThrow()).cost_micro_usd;
};

export const lowerCost = async (db: Db, requestId: string, cost: number): Promise<void> => {
  await db.updateTable('usage').set({ cost_micro_usd: cost }).where('request_id', '=', requestId).execute();
};

const columnOf = {
  account: 'account',
  payer: 'payer',
  model: 'model',
  keyId: 'key_id',
  task: 'task',
  status: 'status',
} as const;

const filtered = <O>(query: SelectQueryBuilder<Database, 'usage', O>, filter: UsageFilter) => {
  let narrowed = query;
  for (const [name, column] of Object.entries(columnOf)) {
    const wanted = filter[name as keyof typeof columnOf];
    if (wanted !== undefined) narrowed = narrowed.where(column, '=', wanted);
  }
  if (filter.from !== undefined) narrowed = narrowed.where('at', '>=', filter.from);
  if (filter.to !== undefined) narrowed = narrowed.where('at', '<', filter.to);
  return narrowed;
};

const dayMs = 86_400_000;
const day = sql<number>`at / ${sql.raw(String(dayMs))}`;
const total = (column: keyof UsageRow) => sql<number>`cast(sum(${sql.ref(column)}) as bigint)`;

export const usage = {
  /** Newest first. */
  page: read(
    async (db, filter: UsageFilter, limit: number, cursor: string | undefined): Promise<Page<UsageRow>> => {
      let query = filtered(db.selectFrom('usage').selectAll(), filter);
      const after = afterCursor(cursor);
      if (after)
        query = query.where((is) =>
          is.or([
            is('at', '<', after.at),
            is.and([is('at', '=', after.at), is('request_id', '<', after.id)]),
          ]),
        );
      // One more tells whether there is another page.
      const rows = await query
        .orderBy('at', 'desc')
        .orderBy('request_id', 'desc')
        .limit(limit + 1)
        .execute();
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return { data: rows.slice(0, limit), nextCursor: last && cursorOf(last.at, last.request_id) };
    },
  ),

  /** By day and model, newest day first. */
  summary: read(async (db, filter: UsageFilter): Promise<readonly UsageSum[]> => {
    const rows = await filtered(db.selectFrom('usage'), filter)
      .select((is) => [
        day.as('day'),
        'model',
        sql<number>`cast(${is.fn.countAll()} as bigint)`.as('requests'),
        total('input_tokens').as('inputTokens'),
        total('output_tokens').as('outputTokens'),
        total('images').as('images'),
        total('audio_ms').as('audioMs'),
        total('device_us').as('deviceMicros'),
        total('cost_micro_usd').as('costMicroUsd'),
      ])
      .groupBy([day, 'model'])
      .orderBy(day, 'desc')
      .orderBy('model')
      .execute();
    return rows.map((row) => ({ ...row, day: new Date(row.day * dayMs).toISOString().slice(0, 10) }));
  }),

  /** Forgets rows older than that, some at a time; answers how many. */
  forget: write(async (db, before: number, atMost: number): Promise<number> => {
    const old = db.selectFrom('usage').select('request_id').where('at', '<', before).limit(atMost);
    const { numDeletedRows } = await db.deleteFrom('usage').where('request_id', 'in', old).executeTakeFirst();
    return Number(numDeletedRows);
  }),
};
