/** The only place that writes an error's status and headers; the dialect words the body. */
import { setTimeout } from 'node:timers/promises';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { type ErrorCode, errorTable, TaskwireError } from '../errors.js';
import { contextOf } from './context.js';

/**
 * Some clients repeat a 503 at once and without end (733 requests in two seconds were counted from one call): no 503
 * leaves sooner than this after its request came.
 */
const least503Ms = 1_000;
const paced: ReadonlySet<ErrorCode> = new Set(['model_loading', 'model_unavailable', 'overloaded']);

export const handleErrors =
  (log: Logger): ErrorRequestHandler =>
  async (caught, _req, res, _next) => {
    const { id, startedAt, renderError, statusOf } = contextOf(res);
    const error = caught instanceof URIError ? badAddress(caught) : TaskwireError.from(caught);
    logError(log, error, id);
    if (res.headersSent || res.closed) {
      res.destroy();
      return;
    }
    const waitMs = startedAt + least503Ms - performance.now();
    if (paced.has(error.code) && waitMs > 0) await setTimeout(waitMs, undefined, { ref: false });
    if (res.closed) return;
    setErrorHeaders(res, error);
    res.status(statusOf?.(error) ?? error.status).json(renderError(error, id));
  };

/** A path whose percent signs are no encoding. */
const badAddress = (cause: URIError): TaskwireError =>
  new TaskwireError('route_not_found', { message: 'The address is not validly encoded.', cause });

export const logError = (log: Logger, error: TaskwireError, requestId: string): void => {
  const { log: level } = errorTable[error.code];
  if (level !== 'none')
    log[level](
      { event: 'request_failed', requestId, code: error.code, err: error.cause ?? error },
      error.message,
    );
};

const setErrorHeaders = (res: Response, { code, status, retryAfterSeconds }: TaskwireError): void => {
  if (status === 401) res.setHeader('www-authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined) res.setHeader('retry-after', String(retryAfterSeconds));
  // OpenAI's clients repeat every 429; for these, waiting a little changes nothing.
  if (code === 'insufficient_credits' || code === 'gpu_quota_exceeded')
    res.setHeader('x-should-retry', 'false');
};

export const routeNotFound: RequestHandler = (req) => {
  throw new TaskwireError('route_not_found', { message: `There is no route ${req.method} ${req.path}.` });
};

export const methodNotAllowed =
  (...allowed: string[]): RequestHandler =>
  (req, res) => {
    res.setHeader('allow', allowed.join(', '));
    throw new TaskwireError('method_not_allowed', { got: req.method, allowed: allowed.join(', ') });
  };
