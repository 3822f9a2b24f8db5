/** Who is calling: from a key, a session or a token to a caller, by way of the store and a cache of seconds. */
import type { Caller, Scopes, SpendCap } from '../admission/admission.js';
import { type Plan, type Plans, planNamed, unlimited } from '../admission/plans.js';
import { TaskwireError } from '../errors.js';
import type { Account } from '../store/accounts.js';
import type { Identity, KeyRecord } from '../store/keys.js';
import type { Store } from '../store/store.js';
import { type Credential, readCredential } from './credential.js';
import { IdentityCache } from './identity-cache.js';
import { ownerAccount } from './owner.js';
import type { ScopedToken, Signer, Tokens } from './tokens.js';

/** Other processes on the same store. */
export interface Others {
  /** Tells them, as far as they can be reached, that what they have cached of callers no longer holds. */
  tell(): Promise<void>;
  /** Calls back when one of them has told. */
  hear(told: () => void): void;
}

export interface AuthenticatorOptions {
  readonly keys: Store['keys'];
  readonly tokens: Tokens;
  readonly plans: Plans;
  readonly cache?: IdentityCache;
  readonly others?: Others | undefined;
}

/** When a key was last used is shown this late at most; writing it with every call would cost more than the call. */
const flushMs = 30_000;

export class Authenticator {
  readonly #keys: Store['keys'];
  readonly #tokens: Tokens;
  readonly #plans: Plans;
  readonly #cache: IdentityCache;
  readonly #others: Others | undefined;
  readonly #flushing: NodeJS.Timeout;
  /** Key to the time of its last call, until written. */
  #used = new Map<string, number>();

  constructor({ keys, tokens, plans, cache = new IdentityCache(), others }: AuthenticatorOptions) {
    this.#keys = keys;
    this.#tokens = tokens;
    this.#plans = plans;
    this.#cache = cache;
    this.#others = others;
    others?.hear(() => cache.clear());
    this.#flushing = setInterval(() => this.#flush().catch(() => undefined), flushMs).unref();
  }

  /** A property, since it stands alone as `Admission.authenticate`. */
  readonly authenticate = async (authorization: string | undefined, session?: string): Promise<Caller> => {
    const caller = await this.#callerOf(readCredential(authorization, session));
    if (caller.keyId !== 'session') this.#used.set(caller.keyId, Date.now());
    return caller;
  };

  /** After a change: here and where it is heard of at once, elsewhere when the cache runs out. */
  async forget(): Promise<void> {
    this.#cache.clear();
    await this.#others?.tell();
  }

  /** Writes what is left to write. */
  async close(): Promise<void> {
    clearInterval(this.#flushing);
    await this.#flush();
  }

  /** When keys were last used. */
  async #flush(): Promise<void> {
    const used = this.#used;
    this.#used = new Map();
    if (used.size > 0) await this.#keys.touch([...used]);
  }

  /** The session that a credential stands for, so that it can be ended; `undefined` where it stands for none. */
  sessionOf(authorization: string | undefined, session?: string): string | undefined {
    try {
      const credential = readCredential(authorization, session);
      if (credential.kind !== 'token') return undefined;
      const signer = this.#tokens.signerOf(credential.token);
      if (signer.by !== 'session') return undefined;
      return this.#tokens.verifySession(credential.token, signer.secret).id;
    } catch {
      return undefined;
    }
  }

  async #callerOf(credential: Credential): Promise<Caller> {
    if (credential.kind === 'key') {
      const identity = await this.#cache.get(`key ${credential.digest}`, () =>
        this.#keys.byDigest(credential.digest),
      );
      return callerOf(identity, { plans: this.#plans, credential: 'key' });
    }
    const { token } = credential;
    const signer = this.#tokens.signerOf(token);
    return signer.by === 'session' ? this.#bySession(token, signer.secret) : this.#byToken(token, signer);
  }

  async #bySession(token: string, secret: string): Promise<Caller> {
    const { id, account } = this.#tokens.verifySession(token, secret);
    const identity = await this.#cache.get(`session ${id}`, () => this.#keys.bySession(id));
    if (identity?.account.id !== account || identity.sessionEndedAt !== undefined)
      throw new TaskwireError('invalid_key', { message: 'The session has ended.' });
    return callerOf(identity, { plans: this.#plans, credential: 'session' });
  }

  async #byToken(token: string, signer: Exclude<Signer, { by: 'session' }>): Promise<Caller> {
    if (signer.by === 'service') {
      const scoped = this.#tokens.verifyScoped(token, signer.secret);
      const identity = await this.#cache.get(`id ${signer.keyId}`, () => this.#keys.byId(signer.keyId));
      return callerOf(identity, { plans: this.#plans, credential: 'token', scoped });
    }
    const { account, keyName } = signer;
    const named = await this.#keys.byName(account, keyName);
    for (const identity of named) {
      const scoped = this.#tryScoped(token, identity.key!);
      if (!scoped) continue;
      if (!identity.key!.signsTokens)
        throw new TaskwireError('scope_forbidden', {
          message:
            'This key signs no tokens: make one with "signs_tokens": true, or have /v1/scoped-jwt mint them.',
        });
      return callerOf(identity, { plans: this.#plans, credential: 'token', scoped });
    }
    throw new TaskwireError('invalid_key', { message: 'The token is not valid.' });
  }

  /** `undefined` when another key has signed. */
  #tryScoped(token: string, { digest }: KeyRecord): ScopedToken | undefined {
    return this.#tokens.isSignedBy(token, Buffer.from(digest, 'hex'))
      ? this.#tokens.verifyScoped(token, Buffer.from(digest, 'hex'))
      : undefined;
  }
}

interface Shown {
  readonly plans: Plans;
  readonly credential: Caller['credential'];
  readonly scoped?: ScopedToken;
}

/** Throws where the key or its account may not call. */
const callerOf = (identity: Identity | undefined, { plans, credential, scoped }: Shown): Caller => {
  if (!identity) throw new TaskwireError('invalid_key');
  const { account, team, key } = identity;
  if (key?.revokedAt !== undefined) throw new TaskwireError('key_revoked');
  if (account.deactivatedAt !== undefined) throw new TaskwireError('account_inactive');
  if (key?.expiresAt !== undefined && key.expiresAt <= Date.now())
    throw new TaskwireError('invalid_key', { message: 'The API key has expired.' });
  const plan = planOf(plans, account, team?.plan ?? account.plan);
  return {
    account: account.id,
    name: account.name,
    role: account.role,
    team: team?.id,
    inferenceEnabled: account.inferenceEnabled,
    keyId: key?.id ?? 'session',
    credential,
    expires: scoped !== undefined || key?.expiresAt !== undefined,
    scopes: scopesOf(key, scoped),
    requestsPerMinute: key?.requestsPerMinute,
    payer: team
      ? { id: team.id, plan, billing: team.billing, seats: plan.perSeat ? team.seats : 1 }
      : { id: account.id, plan, billing: account.billing, seats: 1 },
    caps: capsOf(key, scoped),
  };
};

/** The owner's plan has no limits, whatever the plans of others are. */
const planOf = (plans: Plans, { id }: Account, name: string): Plan =>
  id === ownerAccount && name === unlimited.name ? unlimited : planNamed(plans, name);

const capsOf = (key: KeyRecord | undefined, scoped: ScopedToken | undefined): readonly SpendCap[] => [
  ...(key?.monthlySpendMicroUsd === undefined
    ? []
    : [{ subject: `key:${key.id}`, period: 'month', limitMicroUsd: key.monthlySpendMicroUsd } as const]),
  ...(scoped?.spendingLimitMicroUsd === undefined
    ? []
    : [
        {
          subject: `token:${scoped.id}`,
          period: 'ever',
          limitMicroUsd: scoped.spendingLimitMicroUsd,
        } as const,
      ]),
];

/** A token narrows what its key may do. */
const scopesOf = (key: KeyRecord | undefined, scoped: ScopedToken | undefined): Scopes => ({
  tasks: key?.tasks,
  models:
    key?.models && scoped?.models
      ? scoped.models.filter((model) => key.models?.includes(model))
      : (scoped?.models ?? key?.models),
});
