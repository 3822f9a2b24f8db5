/** `taskwire accounts …`. */
import { text } from 'node:stream/consumers';
import { newAccountPlan } from '../admission/plans.js';
import { renderAccount } from '../dialects/account/shapes.js';
import type { AccountChanges } from '../identity/accounts.js';
import type { Account } from '../store/accounts.js';
import { type CommandForm, cliActor, need, type Options, oneOf, optional } from './options.js';

const billings = ['quota', 'credit'] as const;
const roles = ['user', 'admin'] as const;

const lineOf = ({ name, id, plan, billing, role, email, deactivatedAt }: Account): string =>
  [
    name.padEnd(24),
    id.padEnd(29),
    plan.padEnd(11),
    billing.padEnd(7),
    role.padEnd(6),
    email ?? '',
    deactivatedAt === undefined ? '' : 'deactivated',
  ]
    .join(' ')
    .trimEnd();

const printed = (account: Account) => ({ value: renderAccount(account), lines: [lineOf(account)] });

const changing = (
  help: string,
  options: Readonly<Record<string, string>>,
  changesOf: (given: Options) => AccountChanges | Promise<AccountChanges>,
): CommandForm => ({
  help,
  options: { account: 'Its name or id.', ...options },
  async run(given, { accounts }) {
    const account = need(given, 'account');
    return printed(await accounts.change(account, await changesOf(given), cliActor));
  },
});

/** From the option, or from what is piped in: options can be seen by others on the machine. */
const readPassword = async (given: Options): Promise<string> =>
  optional(given, 'password') ?? (await text(process.stdin)).replace(/\r?\n$/, '');

const passwordHelp = 'Read from standard input when left out.';

export const accountCommands: Readonly<Record<string, CommandForm>> = {
  'accounts create': {
    help: 'Make an account.',
    options: {
      name: 'Letters, digits, . _ @ + -',
      plan: 'free if left out.',
      billing: 'quota (default) or credit.',
      email: 'To log in with.',
      password: 'To log in with.',
      role: 'user (default) or admin.',
    },
    async run(given, { accounts }) {
      const terms = {
        name: need(given, 'name'),
        plan: optional(given, 'plan') ?? newAccountPlan,
        billing: oneOf(given, 'billing', billings),
        email: optional(given, 'email'),
        password: optional(given, 'password'),
        role: oneOf(given, 'role', roles),
      };
      return printed(await accounts.create(terms, cliActor));
    },
  },
  'accounts list': {
    help: 'List the accounts.',
    options: {},
    async run(_given, { store }) {
      const all: Account[] = [];
      for (;;) {
        const page = await store.accounts.list(all.at(-1)?.name ?? '', 500);
        all.push(...page);
        if (page.length < 500) return { value: all.map(renderAccount), lines: all.map(lineOf) };
      }
    },
  },
  'accounts set-plan': changing('Put an account under a plan.', { plan: 'Its name.' }, (given) => ({
    plan: need(given, 'plan'),
  })),
  'accounts set-billing': changing(
    'Choose who pays: the plan (quota) or the balance (credit).',
    { billing: 'quota or credit.' },
    (given) => ({ billing: oneOf({ billing: need(given, 'billing') }, 'billing', billings) }),
  ),
  'accounts set-password': changing(
    'Set a password; its sessions end.',
    { password: passwordHelp },
    async (given) => ({ password: await readPassword(given) }),
  ),
  'accounts deactivate': {
    ...changing('Refuse an account; its sessions end.', {}, ({ undo }) => ({ active: undo === true })),
    flags: { undo: 'Let it in again.' },
  },
};
