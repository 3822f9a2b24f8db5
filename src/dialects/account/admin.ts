/** What the commands do, over HTTP, for administrators. `{id}` is an account's id or name, a key's id, a team's id or name. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { newAccountPlan, planNamed } from '../../admission/plans.js';
import { creditsOf } from './credits.js';
import { newKeyShape, newKeyTerms } from './keys.js';
import { accountLinks, anyKeyLinks, pageLinks, teamLinks } from './links.js';
import { type AccountServices, known, route } from './route.js';
import {
  accountShape,
  billing,
  email,
  inviteShape,
  keyShape,
  listOf,
  madeKeyShape,
  pageOf,
  password,
  renderAccount,
  renderKey,
  renderTeam,
  teamShape,
  timeOf,
} from './shapes.js';
import { adminUsageRoutes } from './usage.js';

const access = 'admin' as const;
const role = z.enum(['user', 'admin']);

const listAccounts = route({
  method: 'get',
  path: '/admin/accounts',
  summary: 'Accounts in the order of their names.',
  access,
  request: z.object({
    limit: z.coerce.number().int().min(1).max(1000).default(100),
    cursor: z.string().default(''),
  }),
  response: pageOf(accountShape),
  links: pageLinks('/admin/accounts'),
  async run({ request: { limit, cursor } }, { store }) {
    const found = await store.accounts.list(cursor, limit);
    const next = found.length === limit ? (found.at(-1)?.name ?? null) : null;
    return { data: found.map(renderAccount), next_cursor: next };
  },
});

const createAccount = route({
  method: 'post',
  path: '/admin/accounts',
  summary: 'Makes an account.',
  access,
  request: z.object({
    name: z.string(),
    email: email.optional(),
    password: password.optional(),
    plan: z.string().default(newAccountPlan),
    billing: billing.default('quota'),
    role: role.default('user'),
  }),
  response: accountShape,
  status: 201,
  links: accountLinks,
  run: async (asked, { accounts }) =>
    renderAccount(await accounts.create(asked.request, known(asked).account)),
});

const showAccount = route({
  method: 'get',
  path: '/admin/accounts/{id}',
  summary: 'One account.',
  access,
  response: accountShape,
  run: async ({ id }, { store }) => renderAccount(await store.accounts.find(id)),
});

const changeAccount = route({
  method: 'patch',
  path: '/admin/accounts/{id}',
  summary: 'Sets plan, billing, role, password, whether it may infer, whether it is active.',
  access,
  request: z.object({
    plan: z.string().optional(),
    billing: billing.optional(),
    role: role.optional(),
    password: password.optional(),
    inference_enabled: z.boolean().optional(),
    active: z.boolean().optional(),
  }),
  response: accountShape,
  async run(asked, { accounts }) {
    const { inference_enabled: inferenceEnabled, ...rest } = asked.request;
    const change = { ...rest, inferenceEnabled };
    return renderAccount(await accounts.change(asked.id, change, known(asked).account));
  },
});

const listKeys = route({
  method: 'get',
  path: '/admin/accounts/{id}/keys',
  summary: "An account's keys, revoked ones too.",
  access,
  response: listOf(keyShape),
  run: async ({ id }, { store }) => ({ data: (await store.keys.list(id)).map(renderKey) }),
});

const createKey = route({
  method: 'post',
  path: '/admin/accounts/{id}/keys',
  summary: 'Makes a key for an account.',
  access,
  request: newKeyShape,
  response: madeKeyShape,
  status: 201,
  links: anyKeyLinks,
  async run(asked, services) {
    const terms = newKeyTerms(asked.id, asked.request, services);
    const { key, record } = await services.accounts.createKey(terms, known(asked).account);
    return { ...renderKey(record), key };
  },
});

const revokeKey = route({
  method: 'delete',
  path: '/admin/keys/{id}',
  summary: 'Revokes any key.',
  access,
  run: (asked, { accounts }) => accounts.revokeKey(asked.id, undefined, known(asked).account),
});

/** Of an account, or of its team where it is in one. */
const creditsShown = async (services: AccountServices, account: string) => {
  const { store, plans } = services;
  const payer = await store.accounts.payerOf(account);
  const plan = planNamed(plans, payer.plan);
  return creditsOf(store, { ...payer, plan, seats: plan.perSeat ? payer.seats : 1 });
};

const showCredits = route({
  method: 'get',
  path: '/admin/accounts/{id}/credits',
  summary: "An account's balance, or its team's.",
  access,
  response: z.looseObject({ balance_micro_usd: z.int() }),
  run: ({ id }, services) => creditsShown(services, id),
});

const grant = route({
  method: 'post',
  path: '/admin/accounts/{id}/credits',
  summary: "Adds to an account's balance, or to its team's.",
  access,
  request: z.object({
    amount: z.number().min(1e-6).max(1e6).describe('US dollars.'),
    note: z.string().max(500).default(''),
    id: z.string().max(100).optional().describe('Names the deposit: the same one is booked once.'),
  }),
  response: z.looseObject({ balance_micro_usd: z.int(), booked: z.boolean() }),
  status: 201,
  async run(asked, services) {
    const { amount, note, id = randomUUID() } = asked.request;
    const deposit = { account: asked.id, amountMicroUsd: Math.round(amount * 1e6), note, id };
    const booked = await services.accounts.grant(deposit, known(asked).account);
    return { ...(await creditsShown(services, asked.id)), booked };
  },
});

const listTeams = route({
  method: 'get',
  path: '/admin/teams',
  summary: 'All teams.',
  access,
  response: listOf(teamShape),
  run: async (_asked, { store, plans }) => ({
    data: (await store.teams.list()).map((team) => renderTeam(team, plans)),
  }),
});

const createTeam = route({
  method: 'post',
  path: '/admin/teams',
  summary: 'Makes a team with its first owner.',
  access,
  request: z.object({
    name: z.string(),
    owner: z.string().describe("An account's id or name."),
    plan: z.string().default('team'),
    billing: billing.default('quota'),
  }),
  response: teamShape,
  status: 201,
  links: teamLinks,
  run: async (asked, { accounts, plans }) =>
    renderTeam(await accounts.createTeam(asked.request, known(asked).account), plans),
});

const changeTeam = route({
  method: 'patch',
  path: '/admin/teams/{id}',
  summary: "Sets a team's plan or billing.",
  access,
  request: z.object({ plan: z.string().optional(), billing: billing.optional() }),
  response: teamShape,
  run: async (asked, { accounts, plans }) =>
    renderTeam(await accounts.changeTeam(asked.id, asked.request, known(asked).account), plans),
});

const invite = route({
  method: 'post',
  path: '/admin/invites',
  summary: 'A code that lets one person sign up.',
  access,
  response: inviteShape,
  status: 201,
  async run(asked, { accounts }) {
    const { code, expiresAt } = await accounts.invite(undefined, 'member', known(asked).account);
    return { code, expires_at: timeOf(expiresAt) };
  },
});

const audit = route({
  method: 'get',
  path: '/admin/audit',
  summary: 'Who changed what, newest first.',
  access,
  request: z.object({
    subject: z.string().optional().describe('The id of an account, key or team.'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  response: listOf(
    z.object({
      id: z.string(),
      at: z.iso.datetime(),
      actor: z.string(),
      action: z.string(),
      subject: z.string(),
      details: z.looseObject({}),
    }),
  ),
  async run({ request }, { store }) {
    const changes = await store.audit.list(request);
    return { data: changes.map((change) => ({ ...change, at: timeOf(change.at) })) };
  },
});

export const adminRoutes = [
  listAccounts,
  createAccount,
  showAccount,
  changeAccount,
  listKeys,
  createKey,
  revokeKey,
  showCredits,
  grant,
  listTeams,
  createTeam,
  changeTeam,
  invite,
  audit,
  ...adminUsageRoutes,
];
