/**
 * What requests in flight have claimed: taken before the run, settled with the usage row, released when nobody will.
 * All verbs touch the hold first, then the balance, then the meters, so that no two wait for each other.
 */
import { sql } from 'kysely';
import type { Db } from './database.js';
import { balanceOf, charge } from './ledger.js';
import { book, type MeterClaim, type MeterKey, type MeterState, reserve, stateOf } from './meters.js';
import type { HoldRow, UsageRow } from './money-tables.js';
import { prepared } from './prepared.js';
import { addRow, costOf, lowerCost } from './usage.js';
import { early, Undone, write } from './verb.js';

export interface Claim {
  readonly requestId: string;
  readonly payer: string;
  /** The process that will settle it. */
  readonly holder: string;
  readonly at: number;
  readonly creditMicroUsd: number;
  readonly meters: readonly MeterClaim[];
}

export type Taken =
  | { readonly taken: true }
  | { readonly taken: false; readonly lacks: 'credit'; readonly availableMicroUsd: number }
  | { readonly taken: false; readonly lacks: MeterClaim; readonly state: MeterState };

export interface Settlement {
  /** Its cost is what is asked for; less is charged where less is there. */
  readonly row: UsageRow;
  /** Whether a hold was taken for it. */
  readonly held: boolean;
  /** Whether the cost is taken from the payer's balance. */
  readonly charged: boolean;
  /** Device time is counted as used, money as charged. */
  readonly meters: readonly MeterKey[];
}

export interface Settled {
  readonly costMicroUsd: number;
  /** What is used now, in the order of the settlement's meters; empty when it was settled before. */
  readonly used: readonly number[];
}

const taken: Taken = { taken: true };

type Held = ReadonlyArray<MeterKey & { readonly amount: number }>;

const heldBy = (row: HoldRow): Held => JSON.parse(row.meters);

const sameMeter = (a: MeterKey) => (b: MeterKey) =>
  a.subject === b.subject && a.period === b.period && a.unit === b.unit;

interface CreditClaim {
  readonly payer: string;
  readonly amount: number;
}

const addToHeld = (db: Db, { payer, amount }: CreditClaim) =>
  db
    .updateTable('balances')
    .set({ held_micro_usd: sql`held_micro_usd + ${amount}` })
    .where('payer', '=', payer)
    .returning('payer');

const giveCredit = prepared(addToHeld);
const takeCredit = prepared((db, claim: CreditClaim) =>
  addToHeld(db, claim).where(sql<boolean>`balance_micro_usd - held_micro_usd >= ${claim.amount}`),
);

/** Claims credit, if that much is free; a negative amount gives back. */
const claimCredit = async (db: Db, payer: string, amount: number): Promise<boolean> =>
  amount === 0 || (await (amount > 0 ? takeCredit : giveCredit)(db, { payer, amount })) !== undefined;

const lackOfCredit = async (db: Db, payer: string): Promise<Taken> => {
  const { balanceMicroUsd, heldMicroUsd } = await balanceOf(db, payer);
  return { taken: false, lacks: 'credit', availableMicroUsd: balanceMicroUsd - heldMicroUsd };
};

const insertHold = prepared((db, { request_id, payer, holder, at, credit_micro_usd, meters }: HoldRow) =>
  db.insertInto('holds').values({ request_id, payer, holder, at, credit_micro_usd, meters }),
);

const take = async (db: Db, claim: Claim): Promise<Taken | Undone<Taken>> => {
  const { requestId, payer, holder, at, creditMicroUsd, meters } = claim;
  if (!(await claimCredit(db, payer, creditMicroUsd))) return new Undone(await lackOfCredit(db, payer));
  for (const meter of meters) {
    if (!(await reserve(db, meter)))
      return new Undone<Taken>({ taken: false, lacks: meter, state: await stateOf(db, meter) });
  }
  const held = meters.map(({ subject, period, unit, amount }) => ({ subject, period, unit, amount }));
  await insertHold(db, {
    request_id: requestId,
    payer,
    holder,
    at,
    credit_micro_usd: creditMicroUsd,
    meters: JSON.stringify(held),
  });
  return taken;
};

/** Deletes first: of two that want to end a hold, one finds it. */
const remove = prepared((db, { requestId }: { readonly requestId: string }) =>
  db.deleteFrom('holds').where('request_id', '=', requestId).returningAll(),
);

const giveBack = async (db: Db, row: HoldRow): Promise<void> => {
  await claimCredit(db, row.payer, -row.credit_micro_usd);
  for (const meter of heldBy(row)) await book(db, meter, meter.amount, 0);
};

/** What credit is there for it. */
const affordable = async (db: Db, { payer, creditMicroUsd }: Claim): Promise<number> => {
  const { balanceMicroUsd, heldMicroUsd } = await balanceOf(db, payer);
  return Math.max(0, Math.min(creditMicroUsd, balanceMicroUsd - heldMicroUsd));
};

/**
 * The claim as it is now better known. `asFarAsItGoes`: what runs already is not stopped, so it counts whatever the limits,
 * and claims what credit there is. Without a hold (released as lost) there is nothing to correct.
 */
const adjust = async (
  db: Db,
  claim: Claim,
  how: 'wholly' | 'asFarAsItGoes' = 'wholly',
): Promise<Taken | Undone<Taken>> => {
  const row = await remove(db, claim);
  if (!row) return taken;
  await giveBack(db, row);
  if (how === 'wholly') return take(db, claim);
  const meters = claim.meters.map((meter) => ({ ...meter, limit: undefined }));
  const creditMicroUsd = claim.creditMicroUsd === 0 ? 0 : await affordable(db, claim);
  return take(db, { ...claim, creditMicroUsd, meters });
};

const settle = async (db: Db, { row, held, charged, meters }: Settlement): Promise<Settled> => {
  const hold = held ? await remove(db, { requestId: row.request_id }) : undefined;
  if (!(await addRow(db, row))) {
    if (hold) await giveBack(db, hold);
    return { costMicroUsd: await costOf(db, row.request_id), used: [] };
  }
  let cost = row.cost_micro_usd;
  if (hold && !charged) await claimCredit(db, hold.payer, -hold.credit_micro_usd);
  if (charged) {
    cost = await charge(db, {
      requestId: row.request_id,
      payer: row.payer,
      at: row.at,
      amountMicroUsd: cost,
      heldMicroUsd: hold?.credit_micro_usd ?? 0,
    });
    if (cost < row.cost_micro_usd) await lowerCost(db, row.request_id, cost);
  }
  const claimed = hold ? heldBy(hold) : [];
  const used: number[] = [];
  for (const meter of meters) {
    const reserved = claimed.find(sameMeter(meter))?.amount ?? 0;
    used.push(await book(db, meter, reserved, meter.unit === 'micro_usd' ? cost : row.device_us));
  }
  for (const meter of claimed) if (!meters.some(sameMeter(meter))) await book(db, meter, meter.amount, 0);
  return { costMicroUsd: cost, used };
};

export const holds = {
  /** All of the claim or nothing. Only what a crash ends with its request hangs on it, so it does not wait for the disk. */
  take: early(take),

  adjust: early(adjust),

  /** The usage row, the charge and the release in one; a request is settled once, whoever asks again. */
  settle: write(settle),

  /** Says that a process lives. */
  keepAlive: write(async (db, holder: string, aliveUntil: number): Promise<void> => {
    await db
      .insertInto('holders')
      .values({ id: holder, alive_until: aliveUntil })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ alive_until: aliveUntil }))
      .execute();
  }),

  /** The process settles nothing any more. */
  leave: write(async (db, holder: string): Promise<void> => {
    await db.deleteFrom('holders').where('id', '=', holder).execute();
  }),

  /** Releases what processes held that are no more; answers how many holds. */
  releaseLost: write(async (db, now: number): Promise<number> => {
    const alive = db.selectFrom('holders').select('id').where('alive_until', '>=', now);
    const lost = await db.deleteFrom('holds').where('holder', 'not in', alive).returningAll().execute();
    for (const row of lost) await giveBack(db, row);
    await db.deleteFrom('holders').where('alive_until', '<', now).execute();
    return lost.length;
  }),
};
