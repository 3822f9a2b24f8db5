/** `taskwire keys …`. */
import { newAccountPlan } from '../admission/plans.js';
import { renderKey } from '../dialects/account/shapes.js';
import { checkKeyTerms } from '../identity/key-terms.js';
import type { Account } from '../store/accounts.js';
import type { KeyRecord } from '../store/keys.js';
import {
  type Books,
  type CommandForm,
  cliActor,
  countOf,
  listOf,
  need,
  numberOf,
  optional,
  timeOf,
} from './options.js';

/** As the API tells it, with its account, and its scopes beside the rest. */
const asJson = (key: KeyRecord) => {
  const { scopes: _, ...told } = renderKey(key);
  return { ...told, account: key.account, tasks: key.tasks ?? null, models: key.models ?? null };
};

const lineOf = ({ id, prefix, name, revokedAt }: KeyRecord): string =>
  `${id.padEnd(29)} ${prefix}…  ${name}${revokedAt === undefined ? '' : '  (revoked)'}`;

/** The account of that name; made if it is missing, and not put under another plan if it is not. */
const accountFor = async (
  name: string,
  plan: string | undefined,
  { accounts, store }: Pick<Books, 'accounts' | 'store'>,
): Promise<Account> => {
  const known = await store.accounts.seek(name);
  if (known && plan !== undefined && plan !== known.plan)
    throw new Error(`${known.name} is on the plan ${known.plan}; accounts set-plan puts it on another.`);
  return known ?? accounts.ensure({ name, plan: plan ?? newAccountPlan }, cliActor);
};

export const keyCommands: Readonly<Record<string, CommandForm>> = {
  'keys create': {
    help: 'Make an API key, and its account if it is missing. It is shown this once.',
    options: {
      account: 'Name or id of the account.',
      plan: 'Of an account that is made: free if left out.',
      name: 'Of the key.',
      tasks: 'Comma-separated: these alone.',
      models: 'Comma-separated: these alone.',
      'expires-at': 'A date.',
      'requests-per-minute': 'Within what the plan allows.',
      'monthly-spend-limit': 'US dollars.',
    },
    flags: { 'signs-tokens': 'Take tokens that are signed with the key itself.' },
    async run(given, { accounts, store, taskNames }) {
      const name = need(given, 'account');
      const usd = numberOf(given, 'monthly-spend-limit');
      const terms = {
        name: optional(given, 'name') ?? 'default',
        tasks: listOf(given, 'tasks'),
        models: listOf(given, 'models'),
        expiresAt: timeOf(given, 'expires-at'),
        requestsPerMinute: countOf(given, 'requests-per-minute'),
        monthlySpendMicroUsd: usd === undefined ? undefined : Math.round(usd * 1e6),
        signsTokens: given['signs-tokens'] === true,
      };
      // Before an account is made for it.
      checkKeyTerms({ ...terms, account: name }, taskNames);
      const account = await accountFor(name, optional(given, 'plan'), { accounts, store });
      const { key, record } = await accounts.createKey({ ...terms, account: account.id }, cliActor);
      return { value: { key, id: record.id, account: account.name }, lines: [key] };
    },
  },
  'keys list': {
    help: "List an account's keys.",
    options: { account: 'Name or id of the account.' },
    async run(given, { store }) {
      const keys = await store.keys.list(need(given, 'account'));
      return { value: keys.map(asJson), lines: keys.map(lineOf) };
    },
  },
  'keys revoke': {
    help: 'Revoke a key, for good. A running server knows within two seconds.',
    options: { id: "The key's id." },
    async run(given, { accounts }) {
      const id = need(given, 'id');
      await accounts.revokeKey(id, undefined, cliActor);
      return { value: { id, revoked: true }, lines: [`${id} is revoked.`] };
    },
  },
};
