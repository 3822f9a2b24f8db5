/** Rates by `express-rate-limit`: of account and key as middleware, of a model once the dialect has found it. */
import type { RequestHandler, Response } from 'express';
import { rateLimit, type Store } from 'express-rate-limit';
import type { Caller } from '../admission/admission.js';
import type { Plans } from '../admission/plans.js';
import {
  accountRate,
  keyRate,
  modelRate,
  type Rate,
  type RateName,
  rateLimited,
  rateWindowMs,
} from '../admission/rate.js';
import type { Resolved } from '../catalogue/catalogue.js';
import { systemClock } from '../metering/clock.js';
import { callerOf, contextOf } from './context.js';

/** What was counted for a request. */
interface Counted {
  readonly name: RateName;
  readonly store: Store;
  readonly key: string;
  readonly limit: number;
  readonly remaining: number;
  /** Until its window ends. */
  leftMs(): number;
}

/** Answers that give their count back: the request was not served for reasons that are not its own. */
const uncounted: ReadonlySet<number> = new Set([402, 429, 503]);

export interface RateLimitOptions {
  readonly plans: Plans;
  /** Makes the store for the counters of one kind. */
  readonly store: (name: RateName) => Store;
}

/** Stands behind authentication and the body's reader. */
export const limitRates = ({ plans, store }: RateLimitOptions): RequestHandler => {
  const account = limiter('account', store('account'), { plans, rateOf: accountRate });
  const key = limiter('key', store('key'), { plans, rateOf: keyRate });
  const model = limiter('model', store('model'), {
    plans,
    rateOf: (caller, res) => modelRate(caller, res.locals.rateModel as Resolved),
  });
  return (req, res, next) => {
    contextOf(res).limitModel = (resolved) => {
      res.locals.rateModel = resolved;
      return new Promise((resolve, reject) => {
        void model(req, res, (error?: unknown) => (error ? reject(error) : resolve()));
      });
    };
    void account(req, res, (error?: unknown) => (error ? next(error) : void key(req, res, next)));
  };
};

interface LimiterOptions {
  readonly plans: Plans;
  readonly rateOf: (caller: Caller, res: Response) => Rate | undefined;
}

/** Until a moment that was told just now; the wall clock may be set at any later time. */
const leftMsUntil = (resetTime: Date): number => Math.max(0, resetTime.getTime() - Date.now());

const limiter = (name: RateName, store: Store, { plans, rateOf }: LimiterOptions): RequestHandler => {
  const rate = (res: Response) => rateOf(callerOf(res), res);
  const property = `rate_${name}`;
  const count = rateLimit({
    windowMs: rateWindowMs,
    store,
    requestPropertyName: property,
    keyGenerator: (_req, res) => rate(res)!.key,
    limit: (_req, res) => rate(res)!.perMinute,
    // Ours are exact about who has least left; see `tell`.
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    handler(req, res, next) {
      const { resetTime } = (req as unknown as Record<string, { resetTime: Date }>)[property]!;
      const { plan } = callerOf(res).payer;
      const leftMs = leftMsUntil(resetTime);
      next(rateLimited({ name, perMinute: rate(res)!.perMinute, plan, plans, leftMs }));
    },
  });
  return (req, res, next) => {
    if (!rate(res)) return next();
    return count(req, res, (error?: unknown) => {
      const info = (
        req as unknown as Record<string, { key: string; limit: number; remaining: number; resetTime: Date }>
      )[property];
      if (info) {
        const endsAt = systemClock.now() + leftMsUntil(info.resetTime);
        const leftMs = () => Math.max(0, Math.round(endsAt - systemClock.now()));
        note(res, { name, store, ...info, leftMs });
      }
      next(error);
    });
  };
};

const note = (res: Response, counted: Counted): void => {
  const all = (res.locals.counted as Counted[] | undefined) ?? [];
  res.locals.counted = all;
  if (all.length === 0) res.once('finish', () => uncounted.has(res.statusCode) && giveBack(all));
  all.push(counted);
  tell(res, all);
};

/** A window that is over has nothing to give back to. */
const giveBack = (all: readonly Counted[]): void => {
  for (const { store, key, leftMs } of all) if (leftMs() > 0) void store.decrement(key);
};

const tell = (res: Response, all: readonly Counted[]): void => {
  const policy = ({ name, limit }: Counted) => `"${name}";q=${limit};w=${rateWindowMs / 1000}`;
  const state = (one: Counted) => `"${one.name}";r=${one.remaining};t=${Math.ceil(one.leftMs() / 1000)}`;
  res.setHeader('RateLimit-Policy', all.map(policy).join(', '));
  res.setHeader('RateLimit', all.map(state).join(', '));
  const tightest = all.reduce((a, b) => (b.remaining < a.remaining ? b : a));
  res.setHeader('x-ratelimit-limit-requests', String(tightest.limit));
  res.setHeader('x-ratelimit-remaining-requests', String(tightest.remaining));
  res.setHeader('x-ratelimit-reset-requests', `${Math.round(tightest.leftMs() / 100) / 10}s`);
};
