/** Who may call, and what a call may use: the seams that plans, quotas and credits fill. */
import type { ModelRef, Usage } from '../job.js';

/** Who is calling. */
export interface Caller {
  readonly account: string;
  readonly keyId: string;
}

export interface Estimate {
  readonly task: string;
  readonly model: ModelRef;
  /** Sum of the works' sizes, in the task's unit. */
  readonly size: number;
}

/** How a request ended, for its bill. */
export type Outcome = 'succeeded' | 'cancelled' | 'failed';

/** What one admitted request may spend; settled exactly once. */
export interface Ticket {
  /** The runner has measured an input: the estimate can be corrected. May throw when the correction can't be afforded. */
  trueUp(usage: Partial<Usage>): void;
  /** Books what was used; resolves when that is safe. Failed requests cost nothing. */
  settle(outcome: Outcome, usage: Usage): Promise<Bill>;
}

export interface Bill {
  readonly costMicroUsd: number;
}

export interface Admission {
  /** Throws `invalid_key`, `key_revoked`, `account_inactive` or `feature_disabled`. */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** Counts the call against its account's, key's and model's rate. Throws `rate_limited`. */
  rate(caller: Caller, model: ModelRef): Promise<void>;
  /** Holds quota and credit. Throws `gpu_quota_exceeded` or `insufficient_credits`. */
  admit(caller: Caller, estimate: Estimate): Promise<Ticket>;
}
