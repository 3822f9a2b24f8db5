/** What the middleware of one request leaves for its handler. */
import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Admission, Caller } from '../admission/admission.js';
import type { Resolved } from '../catalogue/catalogue.js';
import { TaskwireError } from '../errors.js';
import { readSession, requireSameOrigin } from './session-cookie.js';

export interface Context {
  readonly id: string;
  readonly startedAt: number;
  /** Set by `authenticate`. */
  caller?: Caller;
  /** Aborted by `client_closed` when the client leaves before the answer is complete. */
  readonly lifetime: AbortController;
  /** Counts against the rate of a model. Throws `rate_limited`. Set by `limitRates`. */
  limitModel: (model: Resolved) => Promise<void>;
  /** How this route's dialect words an error. */
  renderError: (error: TaskwireError, requestId: string) => object;
  /** Where the dialect's clients expect another status than the code's own. */
  statusOf?: (error: TaskwireError) => number;
}

export const contextOf = (res: Response): Context => res.locals.context as Context;

/**
 * `req_` and a UUID of version 7 (RFC 9562): its first 48 bits are the time, so that rows kept under it are added at the
 * end of their index, whatever its size.
 */
const newRequestId = (): string => {
  const time = Date.now().toString(16).padStart(12, '0');
  return `req_${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
};

/** Gives every request an id, and a life that ends with its connection. */
export const openContext =
  (renderError: Context['renderError']): RequestHandler =>
  (_req, res, next) => {
    const lifetime = new AbortController();
    const id = newRequestId();
    res.locals.context = {
      id,
      startedAt: performance.now(),
      lifetime,
      limitModel: async () => {},
      renderError,
    } satisfies Context;
    res.setHeader('x-request-id', id);
    res.once('close', () => {
      if (!res.writableFinished) lifetime.abort(new TaskwireError('client_closed'));
    });
    next();
  };

/** By the header or the session's cookie; with a cookie alone, other sites may have sent what changes something. */
const callerFrom = (req: Request, admission: Admission): Promise<Caller> => {
  const { authorization } = req.headers;
  const session = authorization === undefined ? readSession(req) : undefined;
  if (session !== undefined) requireSameOrigin(req);
  return admission.authenticate(authorization, session);
};

/** For routes that need no credential: who shows a good one may see more. */
export const callerIfAny = async (req: Request, admission: Admission): Promise<Caller | undefined> => {
  if (req.headers.authorization === undefined && readSession(req) === undefined) return undefined;
  return callerFrom(req, admission);
};

/** Reads the credential before the body: who may not call uploads nothing. */
export const authenticate =
  (admission: Admission): RequestHandler =>
  async (req, res, next) => {
    contextOf(res).caller = await callerFrom(req, admission);
    next();
  };

export const callerOf = (res: Response): Caller => {
  const { caller } = contextOf(res);
  if (!caller) throw new Error('a handler ran without authentication: this is a bug');
  return caller;
};
