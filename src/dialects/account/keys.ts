/** The account's keys, and tokens that are minted with them for others. */
import { z } from 'zod';
import type { Caller } from '../../admission/admission.js';
import { show, TaskwireError } from '../../errors.js';
import type { NewKeyTerms } from '../../identity/accounts.js';
import { checkKeyTerms } from '../../identity/key-terms.js';
import { isRestricted } from '../../identity/scopes.js';
import { maxTokenSeconds } from '../../identity/tokens.js';
import { keyLinks } from './links.js';
import { type AccountServices, known, route } from './route.js';
import { keyShape, listOf, madeKeyShape, renderKey, scopesShape } from './shapes.js';

/** Of the year 9999: beyond it dates are written in another form. */
const lastSecond = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

export const newKeyShape = z.object({
  name: z.string().trim().min(1).max(100),
  scopes: scopesShape.optional(),
  expires_at: z
    .union([
      z.iso.datetime({ offset: true, error: 'a time with its zone, such as 2099-01-01T00:00:00Z' }),
      z.int().min(1).max(lastSecond),
    ])
    .optional()
    .describe('ISO 8601, or seconds since 1970.'),
  requests_per_minute: z.int().min(1).optional(),
  monthly_spend_limit: z.number().min(0).max(1e9).optional().describe('US dollars.'),
  signs_tokens: z
    .boolean()
    .default(false)
    .describe('Whether tokens that are signed with the key itself are taken.'),
});

/** The fields as the store has them; `account`: whose the key will be. */
export const newKeyTerms = (
  account: string,
  fields: z.output<typeof newKeyShape>,
  { taskNames }: Pick<AccountServices, 'taskNames'>,
): NewKeyTerms => {
  const { name, scopes, expires_at, requests_per_minute, monthly_spend_limit: usd, signs_tokens } = fields;
  const terms = {
    account,
    name,
    tasks: scopes?.tasks,
    models: scopes?.models,
    expiresAt: typeof expires_at === 'string' ? Date.parse(expires_at) : expires_at && expires_at * 1000,
    requestsPerMinute: requests_per_minute,
    monthlySpendMicroUsd: usd === undefined ? undefined : Math.round(usd * 1e6),
    signsTokens: signs_tokens,
  };
  checkKeyTerms(terms, taskNames);
  return terms;
};

const create = route({
  method: 'post',
  path: '/keys',
  summary: 'Makes an API key; it is shown this once.',
  request: newKeyShape,
  response: madeKeyShape,
  status: 201,
  links: keyLinks,
  async run(asked, services) {
    const { account } = known(asked);
    const terms = newKeyTerms(account, asked.request, services);
    const { key, record } = await services.accounts.createKey(terms, account);
    return { ...renderKey(record), key };
  },
});

const list = route({
  method: 'get',
  path: '/keys',
  summary: "The account's keys, without the keys themselves.",
  request: z.object({ revoked: z.stringbool().default(false).describe('Revoked ones too.') }),
  access: 'reader',
  response: listOf(keyShape),
  async run(asked, { store }) {
    const keys = await store.keys.list(known(asked).account);
    return {
      data: keys.filter(({ revokedAt }) => asked.request.revoked || revokedAt === undefined).map(renderKey),
    };
  },
});

const revoke = route({
  method: 'delete',
  path: '/keys/{id}',
  summary: 'Revokes a key, for good.',
  async run(asked, { accounts }) {
    const { account } = known(asked);
    await accounts.revokeKey(asked.id, account, account);
  },
});

/** What DeepInfra's clients send. */
const mint = route({
  method: 'post',
  path: '/scoped-jwt',
  summary: 'Mints a token for somebody else: certain models, a time, a sum to spend.',
  access: 'reader',
  request: z.object({
    api_key_name: z.string().optional().describe('Whose usage it counts as; absent: the key that calls.'),
    models: z.array(z.string()).max(500).optional(),
    expires_delta: z.int().min(1).max(maxTokenSeconds).optional().describe('Seconds; a year if absent.'),
    expires_at: z.int().min(1).max(lastSecond).optional().describe('Seconds since 1970.'),
    spending_limit: z.number().min(0).max(1e9).optional().describe('US dollars.'),
  }),
  response: z.object({ token: z.string() }),
  async run(asked, { store, tokens }) {
    const caller = known(asked);
    const { account } = caller;
    const { api_key_name, models, expires_delta, expires_at, spending_limit } = asked.request;
    const now = Math.floor(Date.now() / 1000);
    const expiresInSeconds = expires_at === undefined ? (expires_delta ?? maxTokenSeconds) : expires_at - now;
    if (expiresInSeconds <= 0 || expiresInSeconds > maxTokenSeconds)
      throw new TaskwireError('invalid_field', { param: 'expires_at', allowed: 'within a year from now' });
    const signing = await keyFor(store, caller, api_key_name);
    const token = tokens.mintScoped({
      account,
      keyId: signing,
      models,
      spendingLimitUsd: spending_limit,
      expiresInSeconds,
    });
    return { token: `jwt:${token}` };
  },
});

/** A restricted key mints in its own name only: tokens never reach further than their key. */
const keyFor = async (
  store: AccountServices['store'],
  caller: Caller,
  name: string | undefined,
): Promise<string> => {
  const { account, keyId } = caller;
  const all = await store.keys.list(account);
  const active = all.filter(({ revokedAt }) => revokedAt === undefined);
  const found = active.find((key) => (name === undefined ? key.id === keyId : key.name === name));
  if (found && found.id !== keyId && isRestricted(caller))
    throw new TaskwireError('scope_forbidden', { message: 'A restricted key mints tokens of its own only.' });
  if (found) return found.id;
  throw new TaskwireError('invalid_field', {
    param: 'api_key_name',
    got: show(name),
    allowed: "the name of one of the account's keys",
  });
};

export const keyRoutes = [create, list, revoke, mint];
