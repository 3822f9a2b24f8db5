/** Coming in and going out: sign-up, log-in, log-out, and a key that becomes a browser's session. */

import type { Request, Response } from 'express';
import { z } from 'zod';
import { newAccountPlan } from '../../admission/plans.js';
import { TaskwireError } from '../../errors.js';
import {
  clearSession,
  readSession,
  refuseCrossSite,
  requireSameOrigin,
  setSession,
} from '../../http/session-cookie.js';
import { newId } from '../../identity/accounts.js';
import { matchesPassword } from '../../identity/password.js';
import { isRestricted } from '../../identity/scopes.js';
import { sessionSeconds } from '../../identity/tokens.js';
import { type AccountServices, type Asked, known, route } from './route.js';
import { email, password, timeOf } from './shapes.js';

const sessionShape = z.object({
  token: z.string().describe('Also set as the cookie `taskwire_session`.'),
  token_type: z.literal('bearer'),
  expires_at: z.iso.datetime(),
  account: z.object({ id: z.string(), name: z.string(), role: z.enum(['user', 'admin']) }),
});

interface Entering {
  readonly account: { readonly id: string; readonly name: string; readonly role: 'user' | 'admin' };
  readonly keyId: string | undefined;
}

const openSession = async (
  { account: { id, name, role }, keyId }: Entering,
  { req, res }: { readonly req: Request; readonly res: Response },
  { store, tokens }: AccountServices,
): Promise<z.input<typeof sessionShape>> => {
  const session = newId('ses');
  const expiresAt = Date.now() + sessionSeconds * 1000;
  await store.sessions.open({ id: session, account: id, keyId, expiresAt });
  const token = tokens.mintSession(session, id);
  setSession(req, res, token, sessionSeconds);
  return { token, token_type: 'bearer', expires_at: timeOf(expiresAt), account: { id, name, role } };
};

const count = async (
  { req, request }: Asked<{ email: string }>,
  { attempts }: AccountServices,
): Promise<void> => {
  refuseCrossSite(req);
  await attempts.count(request.email.toLowerCase(), req.ip ?? '');
};

const signup = route({
  method: 'post',
  path: '/auth/signup',
  summary: 'Makes an account. The answer is the same whether or not the e-mail was taken.',
  access: 'anyone',
  request: z.object({ email, password, invite: z.string().max(100).optional() }),
  response: z.object({ message: z.string() }),
  status: 201,
  async run(asked, services) {
    const { accounts } = services;
    if (services.signup === 'off')
      throw new TaskwireError('feature_disabled', { message: 'Sign-up is off: ask for an account.' });
    await count(asked, services);
    const { email, password, invite } = asked.request;
    const invitation = invite === undefined ? undefined : await accounts.redeem(invite);
    if (!invitation && (services.signup === 'invite' || invite !== undefined))
      throw new TaskwireError('invalid_field', { param: 'invite', allowed: 'a code that is not used yet' });
    const name = `user-${newId('acc').slice(4, 16)}`;
    const made = await accounts.signUp({ name, email, password, plan: newAccountPlan });
    if (made && invitation?.team) await accounts.join(invitation.team, made, invitation.role);
    return { message: 'If the e-mail was free, the account is there: log in.' };
  },
});

const login = route({
  method: 'post',
  path: '/auth/login',
  summary: 'Opens a session, as a token and as a cookie.',
  access: 'anyone',
  request: z.object({
    email: z.string().trim().max(254).describe("Or the account's name."),
    password: z.string().max(1024),
  }),
  response: sessionShape,
  async run(asked, services) {
    await count(asked, services);
    const { email, password } = asked.request;
    const found = await services.store.accounts.byLogin(email);
    const right = await matchesPassword(password, found?.passwordHash);
    if (!found || !right)
      throw new TaskwireError('invalid_key', { message: 'The e-mail or the password is wrong.' });
    // Told only to who knows the password.
    if (found.account.deactivatedAt !== undefined) throw new TaskwireError('account_inactive');
    await services.attempts.forget(email.toLowerCase());
    return openSession({ account: found.account, keyId: undefined }, asked, services);
  },
});

const key = route({
  method: 'post',
  path: '/auth/key',
  summary: 'Opens a session with an API key, for a browser; it ends with the key.',
  access: 'reader',
  response: sessionShape,
  async run(asked, services) {
    refuseCrossSite(asked.req);
    const caller = known(asked);
    if (caller.credential !== 'key')
      throw new TaskwireError('scope_forbidden', { message: 'A session is opened with an API key.' });
    const { account: id, name, role, keyId } = caller;
    return openSession({ account: { id, name, role }, keyId }, asked, services);
  },
});

const logout = route({
  method: 'post',
  path: '/auth/logout',
  summary: 'Ends the session.',
  access: 'anyone',
  async run({ req, res }, { store, authenticator }) {
    const { authorization } = req.headers;
    const cookie = readSession(req);
    if (authorization === undefined && cookie !== undefined) requireSameOrigin(req);
    clearSession(req, res);
    const session = authenticator.sessionOf(authorization, cookie);
    if (session === undefined) return;
    await store.sessions.end(session);
    await authenticator.forget();
  },
});

const me = route({
  method: 'get',
  path: '/auth/me',
  summary: 'Who calls.',
  access: 'reader',
  response: z.object({
    account: z.object({ id: z.string(), name: z.string(), role: z.enum(['user', 'admin']) }),
    team: z.string().nullable(),
    plan: z.string(),
    billing: z.enum(['quota', 'credit']),
    may_change_account: z.boolean(),
  }),
  async run(asked) {
    const caller = known(asked);
    const { account: id, name, role, team = null, payer } = caller;
    return {
      account: { id, name, role },
      team,
      plan: payer.plan.name,
      billing: payer.billing,
      may_change_account: !isRestricted(caller),
    };
  },
});

const changePassword = route({
  method: 'post',
  path: '/auth/password',
  summary: 'Changes the password; every session of the account ends.',
  request: z.object({ current_password: z.string().max(1024), new_password: password }),
  async run(asked, services) {
    refuseCrossSite(asked.req);
    const { account } = known(asked);
    const { name } = await services.store.accounts.find(account);
    await services.attempts.count(name, asked.req.ip ?? '');
    const found = await services.store.accounts.byLogin(name);
    if (!(await matchesPassword(asked.request.current_password, found?.passwordHash)))
      throw new TaskwireError('invalid_field', {
        param: 'current_password',
        message: 'The password is wrong.',
      });
    await services.accounts.change(account, { password: asked.request.new_password }, account);
    clearSession(asked.req, asked.res);
  },
});

export const authRoutes = [signup, login, key, logout, me, changePassword];
