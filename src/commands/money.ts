/** `taskwire credits grant`, `taskwire usage`, `taskwire migrate`. */
import { randomUUID } from 'node:crypto';
import { renderSum } from '../dialects/account/shapes.js';
import type { UsageSum } from '../store/usage.js';
import { type CommandForm, cliActor, need, numberOf, optional, timeOf } from './options.js';

const usd = (microUsd: number): string => `$${(microUsd / 1e6).toFixed(6)}`;

const sumLine = ({ day, model, requests, inputTokens, outputTokens, deviceMicros, costMicroUsd }: UsageSum) =>
  [
    day,
    model.padEnd(28),
    `${requests} requests`,
    `${inputTokens} + ${outputTokens} tokens`,
    `${(deviceMicros / 1e6).toFixed(3)} GPU seconds`,
    usd(costMicroUsd),
  ].join('  ');

export const moneyCommands: Readonly<Record<string, CommandForm>> = {
  'credits grant': {
    help: 'Add to the balance of an account, or of its team.',
    options: {
      account: 'Name or id of the account.',
      amount: 'US dollars.',
      note: 'Shown with the transaction.',
      id: 'Names the deposit: the same one is booked once.',
    },
    async run(given, { accounts, store }) {
      const account = need(given, 'account');
      const amountMicroUsd = Math.round((numberOf(given, 'amount') ?? 0) * 1e6);
      if (amountMicroUsd <= 0) throw new Error('--amount is a sum of US dollars above 0.');
      const id = optional(given, 'id') ?? randomUUID();
      const note = optional(given, 'note') ?? '';
      const booked = await accounts.grant({ account, amountMicroUsd, note, id }, cliActor);
      const { id: payer } = await store.accounts.payerOf(account);
      const { balanceMicroUsd } = await store.ledger.balance(payer);
      return {
        value: { account, payer, booked, balance_micro_usd: balanceMicroUsd, balance: balanceMicroUsd / 1e6 },
        lines: [`${booked ? 'Booked' : 'Booked before'}; the balance is ${usd(balanceMicroUsd)}.`],
      };
    },
  },
  usage: {
    help: 'Sum up what was used, by day (UTC) and model.',
    options: {
      account: 'Name or id; all accounts if left out.',
      from: 'A date; included.',
      to: 'A date; not included.',
      model: 'Its id.',
    },
    async run(given, { store }) {
      const account = optional(given, 'account');
      const sums = await store.usage.summary({
        account: account === undefined ? undefined : (await store.accounts.find(account)).id,
        from: timeOf(given, 'from'),
        to: timeOf(given, 'to'),
        model: optional(given, 'model'),
      });
      return { value: sums.map(renderSum), lines: sums.map(sumLine) };
    },
  },
  migrate: {
    help: 'Bring the database up to this version; a start does it too.',
    options: {},
    async run(_given, { store }) {
      const applied = await store.schema.migrations();
      return {
        value: { migrations: applied.map(({ id, at }) => ({ id, at: new Date(at).toISOString() })) },
        lines: applied.map(({ id, at }) => `${id}  ${new Date(at).toISOString()}`),
      };
    },
  },
};
