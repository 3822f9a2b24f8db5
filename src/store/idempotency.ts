/** One answer for all requests of an account under one key. */
import { early, write } from './verb.js';

export interface IdempotencyClaim {
  readonly account: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Names this try. */
  readonly claim: string;
  readonly now: number;
  readonly until: number;
}

type IdempotencyState =
  | { readonly state: 'first' | 'running' | 'mismatch' }
  | { readonly state: 'done'; readonly kept: string };

type Named = Pick<IdempotencyClaim, 'account' | 'key' | 'claim'>;

export const idempotency = {
  /** `first`: nobody runs it or has its answer; the caller does, and extends its claim meanwhile. */
  begin: early(
    async (
      db,
      { account, key, fingerprint, claim, now, until }: IdempotencyClaim,
    ): Promise<IdempotencyState> => {
      const row = { fingerprint, claim, answer: null, until };
      const taken = await db
        .insertInto('idempotency')
        .values({ account, key, ...row })
        .onConflict((conflict) =>
          conflict.columns(['account', 'key']).doUpdateSet(row).where('idempotency.until', '<=', now),
        )
        .returning('key')
        .executeTakeFirst();
      if (taken) return { state: 'first' };
      const there = await db
        .selectFrom('idempotency')
        .select(['fingerprint', 'answer'])
        .where('account', '=', account)
        .where('key', '=', key)
        .executeTakeFirst();
      // It was freed between the two statements.
      if (!there) return { state: 'running' };
      if (there.fingerprint !== fingerprint) return { state: 'mismatch' };
      return there.answer === null ? { state: 'running' } : { state: 'done', kept: there.answer };
    },
  ),

  /** An answer stays as long as it was kept for, also when this comes after it. */
  extend: early(async (db, { account, key, claim, until }: Named & { readonly until: number }) => {
    await db
      .updateTable('idempotency')
      .set({ until })
      .where('account', '=', account)
      .where('key', '=', key)
      .where('claim', '=', claim)
      .where('answer', 'is', null)
      .execute();
  }),

  keep: write(
    async (
      db,
      { account, key, claim, answer, until }: Named & { readonly answer: string; readonly until: number },
    ) => {
      await db
        .updateTable('idempotency')
        .set({ answer, until })
        .where('account', '=', account)
        .where('key', '=', key)
        .where('claim', '=', claim)
        .execute();
    },
  ),

  /** What was not answered may be asked anew. */
  free: early(async (db, { account, key, claim }: Named) => {
    await db
      .deleteFrom('idempotency')
      .where('account', '=', account)
      .where('key', '=', key)
      .where('claim', '=', claim)
      .where('answer', 'is', null)
      .execute();
  }),

  /** Returns how many were forgotten. */
  forget: write(async (db, now: number): Promise<number> => {
    const { numDeletedRows } = await db
      .deleteFrom('idempotency')
      .where('until', '<=', now)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }),
};
