/** What the middleware of one request leaves for its handler. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Admission, Caller } from '../admission/admission.js';
import type { TaskwireError } from '../errors.js';

export interface Context {
  readonly id: string;
  readonly startedAt: number;
  /** Set by `authenticate`. */
  caller?: Caller;
  /** Aborted when the client leaves before the answer is complete. */
  readonly signal: AbortSignal;
  /** How this route's dialect words an error. */
  renderError: (error: TaskwireError, requestId: string) => object;
}

export const contextOf = (res: Response): Context => res.locals.context as Context;

/** Gives every request an id, and a signal that follows its connection. */
export const openContext =
  (renderError: Context['renderError']): RequestHandler =>
  (_req, res, next) => {
    const controller = new AbortController();
    const id = `req_${randomUUID()}`;
    res.locals.context = {
      id,
      startedAt: performance.now(),
      signal: controller.signal,
      renderError,
    } satisfies Context;
    res.setHeader('x-request-id', id);
    res.once('close', () => {
      if (!res.writableFinished) controller.abort();
    });
    next();
  };

/** Reads the credential before the body: who may not call uploads nothing. */
export const authenticate =
  (admission: Admission): RequestHandler =>
  async (req, res, next) => {
    contextOf(res).caller = await admission.authenticate(req.headers.authorization);
    next();
  };

export const callerOf = (res: Response): Caller => {
  const { caller } = contextOf(res);
  if (!caller) throw new Error('a handler ran without authentication: this is a bug');
  return caller;
};
