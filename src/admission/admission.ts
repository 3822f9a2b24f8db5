/** Who may call, and what a call may use: the seams that accounts, limits, quotas and credits fill. */
import type { Event, ModelRef, Usage } from '../job.js';
import type { Plan } from './plans.js';

/** Who is calling, and what rates, quotas, credit and scopes need to know of it. */
export interface Caller {
  /** The account's id. */
  readonly account: string;
  readonly name: string;
  readonly role: 'user' | 'admin';
  readonly team: string | undefined;
  readonly inferenceEnabled: boolean;
  /** The key that calls, or that a session or token was made with; `session` after a log-in by password. */
  readonly keyId: string;
  readonly credential: 'key' | 'session' | 'token';
  /** Whether the key or token ends by itself. */
  readonly expires: boolean;
  readonly scopes: Scopes;
  /** Of the key, within the plan's. */
  readonly requestsPerMinute: number | undefined;
  readonly payer: Payer;
  /** What its key or token may spend at most; every one binds. */
  readonly caps: readonly SpendCap[];
}

/** Absent: all. */
export interface Scopes {
  readonly tasks?: readonly string[] | undefined;
  /** Ids without a precision's suffix. */
  readonly models?: readonly string[] | undefined;
}

/** Whose limits and money a call uses. */
export interface Payer {
  /** The account's id, or its team's. */
  readonly id: string;
  readonly plan: Plan;
  /** `credit`: requests are paid from the balance. `quota`: the plan's GPU-hours bind. */
  readonly billing: 'quota' | 'credit';
  /** Members that the plan is paid for; 1 where it is not by seat. */
  readonly seats: number;
}

export interface SpendCap {
  /** What it is counted by, `key:<id>` or `token:<id>`. */
  readonly subject: string;
  /** Per UTC month, or once and for all. */
  readonly period: 'month' | 'ever';
  readonly limitMicroUsd: number;
}

export interface Estimate {
  readonly requestId: string;
  readonly task: string;
  readonly model: ModelRef;
  /** Inputs of the request. */
  readonly inputs: number;
  /** Sum of the works' sizes, in the task's unit. */
  readonly size: number;
  /** Bytes of the image or audio. */
  readonly mediaBytes: number;
  /** About the most that it can use, before anything was decoded; device time is left out. */
  readonly ceiling: Usage;
  /** Its answer is there already: it waits for no turn, and nothing is held. */
  readonly isFree?: boolean;
}

/** How a request ended, for its bill. */
export type Outcome = 'succeeded' | 'cancelled' | 'failed';

export interface Ending {
  readonly outcome: Outcome;
  /** `succeeded`, `cancelled`, or the error's code. */
  readonly status: string;
  readonly usage: Usage;
  readonly queueMs: number;
  readonly computeMs: number;
  /** From the request's first byte until now. */
  readonly totalMs: number;
  /** Answered without a run: costs nothing. */
  readonly cached?: boolean;
}

/** What one admitted request may spend; settled exactly once. */
export interface Ticket {
  /**
   * Hears everything that is told of the request, and corrects what was reserved. As long as its client was told nothing,
   * it throws `insufficient_credits` or `gpu_quota_exceeded` when a correction can't be afforded, or what the plan does not
   * allow. Answers a promise only where there is something to wait for.
   */
  trueUp(event: Event): Promise<void> | undefined;
  /** Books what was used; resolves when that is safe. Failed requests cost nothing. */
  settle(ending: Ending): Promise<Bill>;
}

export interface Bill {
  readonly costMicroUsd: number;
  /** So many percent of the month's GPU-hours are used. */
  readonly quotaWarning?: 80 | 100 | undefined;
}

export interface Admission {
  /** By the header or, without one, the session's cookie. Throws `invalid_key`, `key_revoked` or `account_inactive`. */
  authenticate(authorization: string | undefined, session?: string): Promise<Caller>;
  /**
   * Waits for the payer's turn, holds quota and credit. Throws `gpu_quota_exceeded`, `insufficient_credits`, `queue_full`, or
   * what the plan does not allow.
   */
  admit(caller: Caller, estimate: Estimate, signal?: AbortSignal): Promise<Ticket>;
}
