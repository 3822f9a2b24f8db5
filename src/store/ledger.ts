/** Credit: transfers between accounts of the ledger, and the balance they sum up to. */
import { sql } from 'kysely';
import { type NewChange, record } from './audit.js';
import { afterCursor, cursorOf, type Page } from './cursor.js';
import type { Db } from './database.js';
import type { TransferRow } from './money-tables.js';
import { prepared } from './prepared.js';
import { read, write } from './verb.js';

export interface Balance {
  readonly balanceMicroUsd: number;
  /** Claimed by requests in flight. */
  readonly heldMicroUsd: number;
}

export interface Deposit {
  /** Names it: the same id is booked once. */
  readonly id: string;
  readonly payer: string;
  readonly kind: 'deposit' | 'grant' | 'refund';
  readonly amountMicroUsd: number;
  readonly at: number;
  readonly note: string;
}

/** The other side of what payers have: money that came in, credit that was given, what was earned. */
const sources = { deposit: 'cash', grant: 'granted', refund: 'revenue', charge: 'revenue' } as const;

/** A payer's account in the ledger; no payer can be named like `cash` or `revenue`. */
const payerAccount = (payer: string): string => `payer:${payer}`;

const none: Balance = { balanceMicroUsd: 0, heldMicroUsd: 0 };

export const balanceOf = async (db: Db, payer: string): Promise<Balance> => {
  const row = await db.selectFrom('balances').selectAll().where('payer', '=', payer).executeTakeFirst();
  return row ? { balanceMicroUsd: row.balance_micro_usd, heldMicroUsd: row.held_micro_usd } : none;
};

export interface Charge {
  readonly requestId: string;
  readonly payer: string;
  readonly at: number;
  readonly amountMicroUsd: number;
  /** What the request's hold claimed; it ends here. */
  readonly heldMicroUsd: number;
}

/** Takes from the balance, never more than is there beside what others hold; answers how much. */
export const charge = async (db: Db, { requestId, payer, at, amountMicroUsd, heldMicroUsd }: Charge) => {
  let amount = amountMicroUsd;
  while (!(await withdraw(db, { payer, amount, held: heldMicroUsd }))) {
    if (amount <= heldMicroUsd) throw new Error(`${payer} holds without a balance: this is a bug`);
    const { balanceMicroUsd, heldMicroUsd: held } = await balanceOf(db, payer);
    amount = Math.max(0, Math.min(amount - 1, balanceMicroUsd - held + heldMicroUsd));
  }
  if (amount > 0) {
    await addTransfer(db, {
      id: requestId,
      at,
      kind: 'charge',
      debit: payerAccount(payer),
      credit: sources.charge,
      amount_micro_usd: amount,
      note: '',
    });
  }
  return amount;
};

interface Withdrawal {
  readonly payer: string;
  readonly amount: number;
  readonly held: number;
}

const subtract = (db: Db, { payer, amount, held }: Withdrawal) =>
  db
    .updateTable('balances')
    .set({
      balance_micro_usd: sql`balance_micro_usd - ${amount}`,
      held_micro_usd: sql`held_micro_usd - ${held}`,
    })
    .where('payer', '=', payer)
    .returning('payer');

/** What the hold claimed is there; only more than that has to be looked for. */
const subtractHeld = prepared(subtract);
const subtractMore = prepared((db, given: Withdrawal & { readonly more: number }) =>
  subtract(db, given).where(sql<boolean>`balance_micro_usd - held_micro_usd >= ${given.more}`),
);

const withdraw = async (db: Db, withdrawal: Withdrawal): Promise<boolean> => {
  const { amount, held } = withdrawal;
  if (amount === 0 && held === 0) return true;
  const more = amount - held;
  const row = await (more > 0 ? subtractMore(db, { ...withdrawal, more }) : subtractHeld(db, withdrawal));
  return row !== undefined;
};

const addTransfer = prepared((db, row: TransferRow) =>
  db.insertInto('ledger').values({
    id: row.id,
    at: row.at,
    kind: row.kind,
    debit: row.debit,
    credit: row.credit,
    amount_micro_usd: row.amount_micro_usd,
    note: row.note,
  }),
);

const addDeposit = async (
  db: Db,
  { id, payer, kind, amountMicroUsd, at, note }: Deposit,
): Promise<boolean> => {
  if (!Number.isSafeInteger(amountMicroUsd) || amountMicroUsd <= 0)
    throw new Error(`a deposit of ${amountMicroUsd} micro-dollars: this is a bug`);
  const row: TransferRow = {
    id,
    at,
    kind,
    debit: sources[kind],
    credit: payerAccount(payer),
    amount_micro_usd: amountMicroUsd,
    note,
  };
  const booked = await db
    .insertInto('ledger')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!booked) return false;
  await db
    .insertInto('balances')
    .values({ payer, balance_micro_usd: amountMicroUsd, held_micro_usd: 0 })
    .onConflict((conflict) =>
      conflict.column('payer').doUpdateSet({
        balance_micro_usd: sql`balances.balance_micro_usd + ${amountMicroUsd}`,
      }),
    )
    .execute();
  return true;
};

export interface Transaction {
  readonly id: string;
  readonly at: number;
  readonly kind: TransferRow['kind'];
  /** Negative: it left the payer. */
  readonly amountMicroUsd: number;
  readonly note: string;
}

/** Of all payers: what the books say and what their transfers and holds add up to, where that is not the same. */
export interface Discrepancy extends Balance {
  readonly payer: string;
  readonly transfersMicroUsd: number;
  readonly holdsMicroUsd: number;
}

export const ledger = {
  /**
   * Adds credit. Resolves to false, and books nothing, when this id was booked before. `change`: what the audit log says of
   * it, where somebody did it.
   */
  deposit: write(async (db, deposit: Deposit, change?: NewChange): Promise<boolean> => {
    const booked = await addDeposit(db, deposit);
    if (change) await record(db, { ...change, details: { ...change.details, booked } });
    return booked;
  }),

  balance: read(balanceOf),

  /** Newest first. */
  transactions: read(
    async (db, payer: string, limit: number, cursor: string | undefined): Promise<Page<Transaction>> => {
      const account = payerAccount(payer);
      const after = afterCursor(cursor);
      const rows = await db
        .selectFrom('ledger')
        .selectAll()
        .where((is) => is.or([is('debit', '=', account), is('credit', '=', account)]))
        .$if(after !== undefined, (query) =>
          query.where((is) =>
            is.or([is('at', '<', after!.at), is.and([is('at', '=', after!.at), is('id', '<', after!.id)])]),
          ),
        )
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      const data = rows.slice(0, limit).map(({ id, at, kind, note, debit, amount_micro_usd: amount }) => ({
        id,
        at,
        kind,
        amountMicroUsd: debit === account ? -amount : amount,
        note,
      }));
      return { data, nextCursor: last && cursorOf(last.at, last.id) };
    },
  ),

  /** Adds everything up again; an empty list means that all is well. */
  audit: read(async (db): Promise<readonly Discrepancy[]> => {
    const { rows } = await sql<Discrepancy>`
      select * from (
        select
          payer,
          balance_micro_usd as "balanceMicroUsd",
          held_micro_usd as "heldMicroUsd",
          cast(
            coalesce((select sum(amount_micro_usd) from ledger where credit = 'payer:' || payer), 0) -
            coalesce((select sum(amount_micro_usd) from ledger where debit = 'payer:' || payer), 0)
          as bigint) as "transfersMicroUsd",
          cast(
            coalesce((select sum(credit_micro_usd) from holds where holds.payer = balances.payer), 0)
          as bigint) as "holdsMicroUsd"
        from balances
      ) as books
      where "balanceMicroUsd" <> "transfersMicroUsd" or "heldMicroUsd" <> "holdsMicroUsd"
        or "balanceMicroUsd" < "heldMicroUsd" or "heldMicroUsd" < 0`.execute(db);
    return rows;
  }),
};
