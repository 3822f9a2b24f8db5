/** Whatever happens in whatever order, the books add up: nothing is charged twice, nothing is held for ever. */
import type { Settlement } from '../../src/store/holds.js';
import type { Store } from '../../src/store/store.js';
import { chargeOf, claimOf, deposit, deviceTime, noon, spending } from '../helpers/books.js';
import { describeStores } from '../helpers/databases.js';
import { TestRandom } from '../helpers/random.js';

const payers = ['acct_1', 'acct_2', 'team_1'];
const dayMs = 86_400_000;

/** Serving processes that share a database; those that crash leave their holds to the others. */
class Processes {
  readonly #random: TestRandom;
  readonly #openStore: () => Promise<Store>;
  readonly deposited = new Map<string, number>();
  /** What was answered to whoever settled: request to its cost. */
  readonly answered = new Map<string, number>();
  readonly #open = new Map<string, Settlement & { holder: string }>();
  readonly #settled: Settlement[] = [];
  #stores: Store[] = [];
  #incarnation = 0;
  #requests = 0;
  #deposits = 0;

  constructor(random: TestRandom, openStore: () => Promise<Store>) {
    this.#random = random;
    this.#openStore = openStore;
  }

  async start(): Promise<void> {
    this.#stores = [await this.#openStore(), await this.#openStore()];
    await this.#alive();
  }

  /** Some steps at once; their order is the database's. */
  async round(): Promise<void> {
    const steps = [
      this.#deposit,
      this.#take,
      this.#take,
      this.#take,
      this.#adjust,
      this.#settle,
      this.#settle,
    ];
    const some = this.#random.array(12, () => this.#random.pick([...steps, this.#settleAgain]));
    await Promise.all(some.map((step) => step.call(this)));
    if (this.#random.next() < 0.2) await this.#crash();
    if (this.#random.next() < 0.1) await this.#restart();
  }

  /** All processes end; one more starts and cleans up. */
  async end(): Promise<Store> {
    await this.#crash();
    await this.#crash();
    return this.#stores[0]!;
  }

  get #holders(): string[] {
    return [`serve_${this.#incarnation}`, `serve_${this.#incarnation + 1}`];
  }

  #store(): Store {
    return this.#random.pick(this.#stores);
  }

  async #alive(): Promise<void> {
    for (const holder of this.#holders) await this.#store().holds.keepAlive(holder, noon + dayMs);
  }

  async #deposit(): Promise<void> {
    const payer = this.#random.pick(payers);
    const amount = this.#random.integer(1, 300);
    this.deposited.set(payer, (this.deposited.get(payer) ?? 0) + amount);
    await deposit(this.#store(), payer, amount, `deposit_${this.#deposits++}`);
  }

  async #take(): Promise<void> {
    const id = `req_${this.#requests++}`;
    const payer = this.#random.pick(payers);
    const holder = this.#random.pick(this.#holders);
    const hold = this.#random.integer(0, 60);
    const meters = [deviceTime(hold, 20_000), ...(hold % 2 ? [spending(hold, 2_000)] : [])];
    const { taken } = await this.#store().holds.take(
      claimOf(id, { payer, holder, creditMicroUsd: hold, meters }),
    );
    // Sometimes it turns out to cost more than was thought.
    const cost = this.#random.integer(0, hold + 10);
    if (taken) this.#open.set(id, { ...chargeOf(id, cost, { payer, device_us: cost }), meters, holder });
  }

  async #adjust(): Promise<void> {
    const request = this.#pickOpen();
    if (!request) return;
    const { row, meters, holder } = request;
    const hold = this.#random.integer(0, 80);
    const claim = { payer: row.payer, holder, creditMicroUsd: hold };
    await this.#store().holds.adjust(
      claimOf(row.request_id, {
        ...claim,
        meters: meters.map((meter) => ({ ...meter, amount: hold, limit: 20_000 })),
      }),
      this.#random.integer(0, 2) === 0 ? 'wholly' : 'asFarAsItGoes',
    );
  }

  async #settle(): Promise<void> {
    const request = this.#pickOpen();
    if (!request) return;
    this.#open.delete(request.row.request_id);
    this.#settled.push(request);
    this.#remember(request, await this.#store().holds.settle(request));
  }

  /** A repetition whose first answer was lost. */
  async #settleAgain(): Promise<void> {
    if (this.#settled.length === 0) return;
    const request = this.#random.pick(this.#settled);
    this.#remember(request, await this.#store().holds.settle(request));
  }

  #remember({ row }: Settlement, { costMicroUsd }: { costMicroUsd: number }): void {
    const before = this.answered.get(row.request_id) ?? costMicroUsd;
    expect(costMicroUsd).toBe(before);
    this.answered.set(row.request_id, costMicroUsd);
  }

  #pickOpen() {
    const open = [...this.#open.values()];
    return open.length > 0 ? this.#random.pick(open) : undefined;
  }

  /** What the processes had in flight is gone; others come in their place. */
  async #crash(): Promise<void> {
    const [ended] = this.#holders;
    for (const [id, { holder }] of this.#open) if (holder === ended) this.#open.delete(id);
    await this.#store().holds.keepAlive(ended!, noon - 1);
    this.#incarnation++;
    await this.#alive();
    await this.#store().holds.releaseLost(noon);
  }

  async #restart(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    await this.start();
  }
}

const allRows = async (store: Store) => (await store.usage.page({}, 100_000, undefined)).data;

describeStores('random sequences of everything', ({ newUrl, open }) => {
  test.each([1, 2, 3])('leave books that add up (seed %i)', async (seed) => {
    const url = await newUrl();
    const processes = new Processes(new TestRandom(seed), () => open(url));
    await processes.start();
    for (let round = 0; round < 40; round++) await processes.round();
    const store = await processes.end();
    // No read sees less than what was committed before it.
    expect(await store.holds.releaseLost(noon)).toBe(0);
    expect(await store.ledger.audit()).toEqual([]);
    const rows = await allRows(store);
    expect(new Map(rows.map((row) => [row.request_id, row.cost_micro_usd]))).toEqual(processes.answered);
    expect(rows.some((row) => row.cost_micro_usd > 0)).toBe(true);
    for (const payer of payers) {
      const spent = rows
        .filter((row) => row.payer === payer)
        .reduce((sum, row) => sum + row.cost_micro_usd, 0);
      const deposited = processes.deposited.get(payer) ?? 0;
      const left = { balanceMicroUsd: deposited - spent, heldMicroUsd: 0 };
      expect(await store.ledger.balance(payer)).toEqual(left);
      const { data } = await store.ledger.transactions(payer, 100_000, undefined);
      const charged = data
        .filter(({ kind }) => kind === 'charge')
        .map(({ id, amountMicroUsd }) => [id, -amountMicroUsd]);
      const priced = rows.filter((row) => row.payer === payer && row.cost_micro_usd > 0);
      expect(new Map(charged as [string, number][])).toEqual(
        new Map(priced.map((row) => [row.request_id, row.cost_micro_usd])),
      );
    }
    const used = rows.reduce((sum, row) => sum + row.device_us, 0);
    expect(await store.meters.state(deviceTime(0, 0))).toEqual({ used, reserved: 0 });
    expect(await store.meters.state(spending(0, 0))).toMatchObject({ reserved: 0 });
  });
});
