/** What every database must keep of credit: holds, charges, releases, whoever else is at it. */
import { Accounts } from '../../src/identity/accounts.js';
import { chargeOf, claimOf, deposit, noon, rowOf } from '../helpers/books.js';
import { testPlans } from '../helpers/caller.js';
import { type Databases, describeStores } from '../helpers/databases.js';

const balance = (balanceMicroUsd: number, heldMicroUsd = 0) => ({ balanceMicroUsd, heldMicroUsd });

const openBoth = async ({ newUrl, open }: Databases) => {
  const url = await newUrl();
  const [one, other] = [await open(url), await open(url)];
  await one.holds.keepAlive('serve_1', noon + 20_000);
  return { url, one, other };
};

describeStores('credit', (databases) => {
  test('a deposit is booked once, whoever books it again', async () => {
    const { one, other } = await openBoth(databases);
    const booked = await Promise.all([one, other, one].map((store) => deposit(store, 'acct_1', 500)));
    expect(booked.sort()).toEqual([false, false, true]);
    expect(await other.ledger.balance('acct_1')).toEqual(balance(500));
    expect(await other.ledger.balance('acct_2')).toEqual(balance(0));
  });

  test('what an administrator grants is in the log, or not in the books', async () => {
    const { url, one } = await openBoth(databases);
    const accounts = new Accounts(one, testPlans);
    await accounts.create({ name: 'alice', plan: 'free' }, 'test');
    const { id: payer } = await one.accounts.payerOf('alice');
    const grant = { account: 'alice', amountMicroUsd: 500, note: '', id: 'first' };
    expect([await accounts.grant(grant, 'test'), await accounts.grant(grant, 'test')]).toEqual([true, false]);
    const changes = await one.audit.list({ subject: payer, limit: 10 });
    expect(changes.map(({ action, details }) => [action, details.booked])).toEqual([
      ['credits.grant', false],
      ['credits.grant', true],
      ['account.create', undefined],
    ]);
    await databases.sql(url, 'drop table audit_log');
    await expect(accounts.grant({ ...grant, id: 'second' }, 'test')).rejects.toThrow('audit_log');
    expect(await one.ledger.balance(payer)).toEqual(balance(500));
  });

  test('transfers come page by page, whatever their ids are made of', async () => {
    const { one } = await openBoth(databases);
    const ids = ['an invoice of May', 'b', 'c: paid\nlate'];
    for (const id of ids) await deposit(one, 'acct_1', 100, id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await one.ledger.transactions('acct_1', 1, cursor);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids.toReversed());
    const wrong = one.ledger.transactions('acct_1', 1, Buffer.from('1 a\0b').toString('base64url'));
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_field', param: 'cursor' });
  });

  test('a hold claims, its settlement charges what was used and releases the rest', async () => {
    const { one, other } = await openBoth(databases);
    await deposit(one, 'acct_1', 100);
    expect(await one.holds.take(claimOf('req_1', { creditMicroUsd: 70 }))).toEqual({ taken: true });
    expect(await one.holds.settle(chargeOf('req_1', 30))).toEqual({ costMicroUsd: 30, used: [] });
    expect(await other.ledger.balance('acct_1')).toEqual(balance(70));
    const { data } = await other.ledger.transactions('acct_1', 10, undefined);
    expect(data).toMatchObject([
      { id: 'req_1', kind: 'charge', amountMicroUsd: -30 },
      { kind: 'deposit', amountMicroUsd: 100 },
    ]);
    expect(await other.usage.page({}, 10, undefined)).toMatchObject({ data: [{ cost_micro_usd: 30 }] });
  });

  test('holds taken at once by two processes never exceed the balance', async () => {
    const { one, other } = await openBoth(databases);
    await deposit(one, 'acct_1', 100);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        (i % 2 ? one : other).holds.take(claimOf(`req_${i}`, { creditMicroUsd: 10 })),
      ),
    );
    expect(answers.filter(({ taken }) => taken)).toHaveLength(10);
    const [refused] = answers.filter(({ taken }) => !taken);
    expect(refused).toMatchObject({ taken: false, lacks: 'credit' });
    expect(await one.holds.take(claimOf('late', { creditMicroUsd: 1 }))).toEqual({
      taken: false,
      lacks: 'credit',
      availableMicroUsd: 0,
    });
  });

  test('a request that is settled twice at once is charged once, and both hear the same cost', async () => {
    const { one, other } = await openBoth(databases);
    await deposit(one, 'acct_1', 100);
    await one.holds.take(claimOf('req_1', { creditMicroUsd: 40 }));
    const settled = await Promise.all([
      one.holds.settle(chargeOf('req_1', 30)),
      other.holds.settle(chargeOf('req_1', 30)),
      one.holds.settle(chargeOf('req_1', 40)),
    ]);
    expect(new Set(settled.map(({ costMicroUsd }) => costMicroUsd)).size).toBe(1);
    const [cost] = settled.map(({ costMicroUsd }) => costMicroUsd);
    await expect(one.ledger.transactions('acct_1', 9, undefined)).resolves.toMatchObject({ data: [{}, {}] });
    expect(await one.usage.page({}, 9, undefined)).toMatchObject({ data: [{ cost_micro_usd: cost }] });
    // Read behind a write, so that all of it is seen.
    await other.holds.keepAlive('serve_2', noon);
    expect(await other.ledger.balance('acct_1')).toEqual(balance(100 - cost!));
  });

  test('what costs more than was held is charged as far as nobody else has claimed the rest', async () => {
    const { one } = await openBoth(databases);
    await deposit(one, 'acct_1', 100);
    await one.holds.take(claimOf('other', { creditMicroUsd: 60 }));
    await one.holds.take(claimOf('req_1', { creditMicroUsd: 10 }));
    expect((await one.holds.settle(chargeOf('req_1', 15))).costMicroUsd).toBe(15);
    await one.holds.take(claimOf('req_2', { creditMicroUsd: 10 }));
    expect((await one.holds.settle(chargeOf('req_2', 500))).costMicroUsd).toBe(25);
    expect((await one.holds.settle(chargeOf('unheld', 500))).costMicroUsd).toBe(0);
    expect(await one.ledger.balance('acct_1')).toEqual(balance(60, 60));
    const { data } = await one.usage.page({}, 9, undefined);
    expect(data.map((row) => [row.request_id, row.cost_micro_usd])).toEqual([
      ['unheld', 0],
      ['req_2', 25],
      ['req_1', 15],
    ]);
  });

  test('a hold that is corrected claims the new amount, or keeps the old one when it cannot', async () => {
    const { one } = await openBoth(databases);
    await deposit(one, 'acct_1', 100);
    await one.holds.take(claimOf('req_1', { creditMicroUsd: 70 }));
    expect(await one.holds.adjust(claimOf('req_1', { creditMicroUsd: 20 }))).toEqual({ taken: true });
    expect(await one.holds.take(claimOf('req_2', { creditMicroUsd: 75 }))).toEqual({ taken: true });
    const refused = { taken: false, lacks: 'credit', availableMicroUsd: 25 };
    expect(await one.holds.adjust(claimOf('req_1', { creditMicroUsd: 26 }))).toEqual(refused);
    await one.holds.settle({ row: rowOf('req_2'), held: true, charged: true, meters: [] });
    expect(await one.ledger.balance('acct_1')).toEqual(balance(100, 20));
    // Nothing is left of it once it was released.
    await one.holds.settle({ row: rowOf('req_1'), held: true, charged: true, meters: [] });
    expect(await one.holds.adjust(claimOf('req_1', { creditMicroUsd: 99 }))).toEqual({ taken: true });
    await one.holds.keepAlive('serve_1', noon);
    expect(await one.ledger.balance('acct_1')).toEqual(balance(100));
  });

  test('what a process held that is no more is released, and only that', async () => {
    const { one, other } = await openBoth(databases);
    await deposit(one, 'acct_1', 100);
    await one.holds.keepAlive('dead', noon - 1);
    for (const holder of ['serve_1', 'dead', 'unheard-of'])
      await one.holds.take(claimOf(`req_${holder}`, { holder, creditMicroUsd: 30 }));
    const released = await Promise.all([one.holds.releaseLost(noon), other.holds.releaseLost(noon)]);
    expect(released[0]! + released[1]!).toBe(2);
    expect(await one.ledger.balance('acct_1')).toEqual(balance(100, 30));
    // It was only slow: it is charged without a hold.
    expect((await one.holds.settle(chargeOf('req_dead', 30))).costMicroUsd).toBe(30);
    expect(await one.ledger.balance('acct_1')).toEqual(balance(70, 30));
  });

  test('the ledger is never changed, and the audit finds books that differ from it', async () => {
    const { url, one } = await openBoth(databases);
    await deposit(one, 'acct_1', 100);
    await one.holds.take(claimOf('req_1', { creditMicroUsd: 70 }));
    await one.holds.settle(chargeOf('req_1', 30));
    await one.holds.take(claimOf('req_2', { creditMicroUsd: 7 }));
    for (const change of ['update ledger set amount_micro_usd = 1', 'delete from ledger'])
      await expect(databases.sql(url, change)).rejects.toThrow('only ever added to');
    await one.holds.keepAlive('serve_1', noon);
    expect(await one.ledger.audit()).toEqual([]);
    await databases.sql(url, 'update balances set balance_micro_usd = 71');
    const books = { ...balance(71, 7), transfersMicroUsd: 70, holdsMicroUsd: 7 };
    expect(await one.ledger.audit()).toEqual([{ payer: 'acct_1', ...books }]);
    await databases.sql(url, 'update balances set balance_micro_usd = 70, held_micro_usd = 8');
    expect(await one.ledger.audit()).toHaveLength(1);
  });

  test('what was committed is there when the store is opened again', async () => {
    const { url, one } = await openBoth(databases);
    await deposit(one, 'acct_1', 100);
    await one.close();
    await expect(one.ledger.balance('acct_1')).rejects.toThrow();
    expect(await (await databases.open(url)).ledger.balance('acct_1')).toEqual(balance(100));
  });

  test('a database of a newer version is refused', async () => {
    const { url, one } = await openBoth(databases);
    await one.close();
    await databases.sql(url, "insert into migrations (id, at) values ('999-later', 0)");
    await expect(databases.open(url)).rejects.toThrow('999-later is not known here');
  });
});
