/** Limited quantities of a period: a payer's device time of a month, what a key may spend. */
import { type RawBuilder, sql } from 'kysely';
import type { Db } from './database.js';
import type { MeterRow } from './money-tables.js';
import { prepared } from './prepared.js';
import { read } from './verb.js';

export interface MeterKey {
  readonly subject: string;
  readonly period: string;
  readonly unit: MeterRow['unit'];
}

export interface MeterClaim extends MeterKey {
  readonly amount: number;
  /** `undefined`: counted, not limited. */
  readonly limit: number | undefined;
}

export interface MeterState {
  readonly used: number;
  readonly reserved: number;
}

const nothing: MeterState = { used: 0, reserved: 0 };

export const stateOf = async (db: Db, { subject, period, unit }: MeterKey): Promise<MeterState> =>
  (await db
    .selectFrom('meters')
    .select(['used', 'reserved'])
    .where('subject', '=', subject)
    .where('period', '=', period)
    .where('unit', '=', unit)
    .executeTakeFirst()) ?? nothing;

const meterKey = ['subject', 'period', 'unit'] as const;

type LimitedClaim = MeterClaim & { readonly limit: number };

/** Adds to what is reserved where `fits` allows; a meter that is not there yet is made. */
const reserving = <C extends MeterClaim>(fits: (claim: C) => RawBuilder<boolean> | undefined) =>
  prepared((db, claim: C) =>
    db
      .insertInto('meters')
      .values({
        subject: claim.subject,
        period: claim.period,
        unit: claim.unit,
        used: 0,
        reserved: claim.amount,
      })
      .onConflict((conflict) => {
        const update = conflict
          .columns(meterKey)
          .doUpdateSet({ reserved: sql`meters.reserved + ${claim.amount}` });
        const condition = fits(claim);
        return condition ? update.where(condition) : update;
      })
      .returning('used'),
  );

const withinLimit = ({ amount, limit }: LimitedClaim) =>
  sql<boolean>`meters.used + meters.reserved + ${amount} <= ${limit}`;

const reserveAny = reserving(() => undefined);
const reserveWithin = reserving(withinLimit);
const reserveGuess = reserving<LimitedClaim>(
  (claim) => sql`(${withinLimit(claim)} or (meters.reserved = 0 and meters.used = 0))`,
);

/**
 * Reserves, if the limit allows. Device time can only be guessed beforehand: the first request of a period may run even if
 * the guess is more than there is.
 */
export const reserve = async (db: Db, claim: MeterClaim): Promise<boolean> => {
  const { unit, amount, limit } = claim;
  if (limit === undefined) return (await reserveAny(db, claim)) !== undefined;
  const isGuess = unit === 'device_us';
  // The meter may not be there yet, and then nothing compares.
  if (isGuess ? limit <= 0 : amount > limit) return false;
  return (await (isGuess ? reserveGuess : reserveWithin)(db, { ...claim, limit })) !== undefined;
};

interface Booking extends MeterKey {
  readonly reserved: number;
  readonly used: number;
}

const bookOne = prepared((db, { subject, period, unit, reserved, used }: Booking) =>
  db
    .insertInto('meters')
    .values({ subject, period, unit, used, reserved: 0 })
    .onConflict((conflict) =>
      conflict.columns(meterKey).doUpdateSet({
        used: sql`meters.used + ${used}`,
        reserved: sql`meters.reserved - ${reserved}`,
      }),
    )
    .returning('used'),
);

/** Gives back what was reserved and counts what was used; answers what is used now. */
export const book = async (db: Db, key: MeterKey, reserved: number, used: number): Promise<number> => {
  const { subject, period, unit } = key;
  return (await bookOne(db, { subject, period, unit, reserved, used }))!.used;
};

export const meters = {
  state: read(stateOf),
};
