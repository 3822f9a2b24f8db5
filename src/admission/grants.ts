/** The credit that a plan gives each month, booked with the month's first request; by seat where the plan is. */
import type { Store } from '../store/store.js';
import type { Payer } from './admission.js';
import { monthOf } from './month.js';

export class Grants {
  readonly #store: Pick<Store, 'ledger'>;
  /** Seats that have theirs, by month and payer. */
  readonly #given = new Map<string, number>();

  constructor(store: Pick<Store, 'ledger'>) {
    this.#store = store;
  }

  /** A seat that is added later brings its grant along; one that is given to somebody else has had it. */
  async give({ id, plan, billing, seats }: Payer, at: number): Promise<void> {
    if (billing !== 'credit' || plan.grantMicroUsdPerMonth === 0) return;
    const grant = `grant:${monthOf(at)}:${id}`;
    const given = this.#given.get(grant) ?? 0;
    if (given >= seats) return;
    const deposits = Array.from({ length: seats - given }, (_, i) => {
      const seat = given + i + 1;
      return this.#store.ledger.deposit({
        id: seat === 1 ? grant : `${grant}:${seat}`,
        payer: id,
        kind: 'grant',
        amountMicroUsd: plan.grantMicroUsdPerMonth,
        at,
        note: `${plan.name}, ${monthOf(at)}${seat === 1 ? '' : `, seat ${seat}`}`,
      });
    });
    await Promise.all(deposits);
    this.#given.set(grant, seats);
  }
}
