/** The session's cookie, and the rule that a browser may use it from our own pages only. */
import type { Request, Response } from 'express';
import { TaskwireError } from '../errors.js';

const sessionCookie = 'taskwire_session';

export const readSession = (req: Request): string | undefined => {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === sessionCookie) return pair.slice(at + 1).trim() || undefined;
  }
  return undefined;
};

/** Scripts never see it, other sites never send it. */
const attributes = (req: Request) =>
  ({ httpOnly: true, sameSite: 'strict', secure: req.secure, path: '/' }) as const;

export const setSession = (req: Request, res: Response, token: string, seconds: number): void => {
  res.cookie(sessionCookie, token, { ...attributes(req), maxAge: seconds * 1000 });
};

export const clearSession = (req: Request, res: Response): void => {
  res.clearCookie(sessionCookie, attributes(req));
};

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a browser says that a page of ours sends this; `undefined`: nothing is said, so it is no browser of today. */
const isSameOrigin = (req: Request): boolean | undefined => {
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = req.get('origin');
  if (origin === undefined) return undefined;
  return URL.canParse(origin) && new URL(origin).host === req.host;
};

/** A call that changes state and is vouched for by a cookie must prove that it comes from a page of ours. */
export const requireSameOrigin = (req: Request): void => {
  if (!safe.has(req.method) && isSameOrigin(req) !== true) throw crossSite();
};

/** For routes that open a session: another site must not log its visitors in. A client that is no browser says nothing. */
export const refuseCrossSite = (req: Request): void => {
  if (isSameOrigin(req) === false) throw crossSite();
};

const crossSite = (): TaskwireError =>
  new TaskwireError('scope_forbidden', {
    message: "A session's cookie is taken from pages of the same origin only.",
    param: 'origin',
  });
