/** A route of the account's API: its shapes, who may call it, and what it does. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { Caller } from '../../admission/admission.js';
import type { Plans } from '../../admission/plans.js';
import type { Catalogue } from '../../catalogue/catalogue.js';
import { show, TaskwireError } from '../../errors.js';
import { bodyOf } from '../../http/body.js';
import { callerOf } from '../../http/context.js';
import { methodNotAllowed } from '../../http/error-handler.js';
import type { Links } from '../../http/openapi.js';
import type { Accounts } from '../../identity/accounts.js';
import type { Attempts } from '../../identity/attempts.js';
import type { Authenticator } from '../../identity/authenticate.js';
import { isRestricted } from '../../identity/scopes.js';
import type { Tokens } from '../../identity/tokens.js';
import type { Store } from '../../store/store.js';
import { validate } from '../../validate.js';
import { jsonFieldsOf } from '../json-fields.js';

/** What the routes work with. */
export interface AccountServices {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly tokens: Tokens;
  readonly attempts: Attempts;
  readonly plans: Plans;
  readonly catalogue: Catalogue;
  readonly taskNames: readonly string[];
  readonly signup: 'off' | 'invite' | 'open';
}

export interface Asked<R> {
  /** Absent where anyone may call. */
  readonly caller: Caller | undefined;
  /** The body, or the query of a GET, as the schema yields it. */
  readonly request: R;
  readonly id: string;
  readonly req: Request;
  readonly res: Response;
}

/**
 * `reader`: every key and session, but no token. `account`: those that may change the account, so none that is
 * restricted. `admin`: of an administrator's account.
 */
export type Access = 'anyone' | 'reader' | 'account' | 'admin';

export interface AccountRoute {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Below a mount; `{id}` stands for one part of the path. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly request: z.ZodObject;
  /** `undefined`: nothing is answered, 204. */
  readonly response: z.ZodType | undefined;
  readonly status: number;
  /** For the document: what a client may do with the answer, below the same mount. */
  readonly links?: Links | undefined;
  run(asked: Asked<unknown>, services: AccountServices): Promise<unknown>;
}

type RouteOptions<S extends z.ZodObject> = Pick<AccountRoute, 'method' | 'path' | 'summary'> &
  Partial<Pick<AccountRoute, 'access' | 'response' | 'status' | 'links'>> & {
    readonly request?: S;
    run(asked: Asked<z.output<S>>, services: AccountServices): Promise<unknown>;
  };

export const route = <S extends z.ZodObject>(options: RouteOptions<S>): AccountRoute => ({
  access: 'account',
  response: undefined,
  status: options.response ? 200 : 204,
  ...options,
  request: options.request ?? z.object({}),
  run: options.run as AccountRoute['run'],
});

/** The caller of a route that is not open to anyone. */
export const known = ({ caller }: Asked<unknown>): Caller => {
  if (!caller) throw new Error('a route that needs a caller was open to anyone: this is a bug');
  return caller;
};

const admit = (caller: Caller, access: Access): void => {
  const refuse = (message: string) => {
    throw new TaskwireError('scope_forbidden', { message });
  };
  if (caller.credential === 'token') refuse('A scoped token is for inference only.');
  if (access !== 'reader' && isRestricted(caller))
    refuse('A key with scopes, limits or an expiry may not change the account.');
  if (access === 'admin' && caller.role !== 'admin') refuse('This is for administrators.');
};

const answer =
  (one: AccountRoute, services: AccountServices): RequestHandler =>
  async (req, res) => {
    const caller = one.access === 'anyone' ? undefined : callerOf(res);
    if (caller) admit(caller, one.access);
    const id = String(req.params.id ?? '');
    // No forms: they are what other sites can make a browser send.
    const fields = one.method === 'get' ? req.query : jsonFieldsOf(bodyOf(req));
    const request = validate(one.request, fields);
    checkTexts(id, 'id');
    checkTexts(request, '');
    const body = await one.run({ caller, request, id, req, res }, services);
    res.setHeader('cache-control', 'no-store');
    if (res.headersSent) return;
    if (body === undefined) res.status(204).end();
    else if (typeof body === 'string') res.status(one.status).type('text/csv').send(body);
    else res.status(one.status).json(body);
  };

/** PostgreSQL has no NUL, and half a surrogate pair is no text at all. */
const checkTexts = (value: unknown, param: string): void => {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    const allowed = 'text without NUL and lone surrogates';
    throw new TaskwireError('invalid_field', { param, got: show(value), allowed });
  }
  if (typeof value !== 'object' || value === null) return;
  const within = (key: string) => (Array.isArray(value) ? `${param}[${key}]` : param && `${param}.${key}`);
  for (const [key, one] of Object.entries(value)) checkTexts(one, within(key) || key);
};

export interface Guards {
  readonly authenticate: RequestHandler;
  readonly readBody: RequestHandler;
}

export const routerOf = (
  routes: readonly AccountRoute[],
  services: AccountServices,
  { authenticate, readBody }: Guards,
): Router => {
  const router = Router({ caseSensitive: true });
  for (const one of routes) {
    const before = [
      ...(one.access === 'anyone' ? [] : [authenticate]),
      ...(one.method === 'get' ? [] : [readBody]),
    ];
    router[one.method](expressPath(one), ...before, answer(one, services));
  }
  for (const path of new Set(routes.map(expressPath))) {
    const methods = routes
      .filter((one) => expressPath(one) === path)
      .map(({ method }) => method.toUpperCase());
    router.all(path, methodNotAllowed(...methods));
  }
  return router;
};

const expressPath = ({ path }: AccountRoute): string => path.replace('{id}', ':id');
