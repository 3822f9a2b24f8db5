/** What administrators do, on the command line and over HTTP alike: makes ids and secrets, checks names, hashes passwords. */
import { randomBytes } from 'node:crypto';
import { type Plan, type Plans, planNamed } from '../admission/plans.js';
import { noSeatLeft } from '../admission/seats.js';
import { TaskwireError } from '../errors.js';
import type { Account, AccountChange } from '../store/accounts.js';
import type { Billing, Role, TeamRole } from '../store/identity-tables.js';
import type { KeyRecord, NewKey } from '../store/keys.js';
import type { Store } from '../store/store.js';
import type { TeamChange } from '../store/teams.js';
import { digestOf, newKey, prefixOf } from './credential.js';
import { ownerAccount } from './owner.js';
import { hashPassword, passwordCharacters } from './password.js';

export const newId = (kind: 'acc' | 'key' | 'ses' | 'team' | 'chg'): string =>
  `${kind}_${randomBytes(12).toString('hex')}`;

/** No name can stand for the id of an account or a team; the owner's id is its name. */
const accountName = /^(?!(?:acc|team)_)[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,98}[A-Za-z0-9])?$/;
const accountNameAllowed =
  '1 to 100 letters, digits and . _ @ + - (neither first nor last), not beginning acc_ or team_';

export interface NewAccountTerms {
  readonly name: string;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly plan: string;
  readonly billing?: Billing | undefined;
  readonly role?: Role | undefined;
}

export interface AccountChanges extends Omit<AccountChange, 'passwordHash'> {
  readonly password?: string | undefined;
}

export type NewKeyTerms = Omit<NewKey, 'id' | 'digest' | 'prefix'>;

export interface MadeKey {
  /** Shown this once. */
  readonly key: string;
  readonly record: KeyRecord;
}

export interface Grant {
  /** Id or name. */
  readonly account: string;
  readonly amountMicroUsd: number;
  readonly note: string;
  readonly id: string;
}

export class Accounts {
  readonly #store: Store;
  readonly #plans: Plans;
  /** Called after every change: what was cached of callers no longer holds. */
  readonly #changed: () => Promise<void>;

  constructor(store: Store, plans: Plans, changed: () => Promise<void> = async () => {}) {
    this.#store = store;
    this.#plans = plans;
    this.#changed = changed;
  }

  async create(terms: NewAccountTerms, actor: string): Promise<Account> {
    return this.#store.accounts.create(await this.#row(terms), actor);
  }

  /** Does nothing, in the same time, when the e-mail is taken. */
  async signUp(terms: NewAccountTerms): Promise<string | undefined> {
    const row = await this.#row(terms);
    return (await this.#store.accounts.tryCreate(row, row.id)) ? row.id : undefined;
  }

  async ensure(terms: NewAccountTerms, actor: string): Promise<Account> {
    return this.#store.accounts.ensure(await this.#row(terms), actor);
  }

  async change(account: string, changes: AccountChanges, actor: string): Promise<Account> {
    const { password, ...rest } = changes;
    if (rest.active === false || rest.role === 'user') await this.#keepOwner(account);
    if (rest.plan !== undefined) this.#checkPlan(rest.plan);
    const passwordHash = password === undefined ? undefined : await hashed(password);
    const changed = await this.#store.accounts.change(account, { ...rest, passwordHash }, actor);
    await this.#changed();
    return changed;
  }

  async createKey(terms: NewKeyTerms, actor: string): Promise<MadeKey> {
    const key = newKey();
    const row = { ...terms, id: newId('key'), digest: digestOf(key), prefix: prefixOf(key) };
    return { key, record: await this.#store.keys.create(row, actor) };
  }

  /** `account`: whose it must be; `undefined`: anybody's. */
  async revokeKey(id: string, account: string | undefined, actor: string): Promise<void> {
    await this.#store.keys.revoke(id, account, actor);
    await this.#changed();
  }

  /** Credit for whoever pays for the account. False: a deposit of this id was booked before. */
  async grant({ account, amountMicroUsd, note, id }: Grant, actor: string): Promise<boolean> {
    const payer = await this.#store.accounts.payerOf(account);
    const at = Date.now();
    const deposit = {
      id: `deposit:${id}`,
      payer: payer.id,
      kind: 'deposit',
      amountMicroUsd,
      at,
      note,
    } as const;
    const details = { amountMicroUsd, note, id };
    return this.#store.ledger.deposit(deposit, {
      actor,
      action: 'credits.grant',
      subject: payer.id,
      details,
    });
  }

  async createTeam(team: { name: string; owner: string; plan: string; billing?: Billing }, actor: string) {
    this.#checkPlan(team.plan);
    checkName(team.name);
    const made = await this.#store.teams.create({ id: newId('team'), billing: 'quota', ...team }, actor);
    await this.#changed();
    return made;
  }

  async changeTeam(team: string, change: TeamChange, actor: string) {
    if (change.plan !== undefined) this.#checkPlan(change.plan);
    const changed = await this.#store.teams.change(team, change, actor);
    await this.#changed();
    return changed;
  }

  async removeMember(team: string, account: string, actor: string): Promise<void> {
    await this.#store.teams.removeMember(team, account, actor);
    await this.#changed();
  }

  /** A code for one use within a week; to a team, it keeps a seat until then. */
  async invite(team: string | undefined, role: TeamRole, actor: string) {
    const code = randomBytes(24).toString('base64url');
    const expiresAt = Date.now() + inviteMs;
    const plan = team === undefined ? undefined : await this.#planOf(team);
    const invite = { digest: digestOf(code), team, role, expiresAt, seats: plan?.seats };
    const full = await this.#store.teams.invite(invite, actor);
    if (plan && full) throw noSeatLeft(plan, full);
    return { code, expiresAt };
  }

  withdrawInvites(team: string, actor: string): Promise<number> {
    return this.#store.teams.withdrawInvites(team, actor);
  }

  /** Uses a code up, unless its team has no seat for anybody. */
  async redeem(code: string) {
    const digest = digestOf(code);
    const team = await this.#store.teams.invitedTo(digest);
    if (team !== undefined) {
      const [plan, { seats }] = [await this.#planOf(team), await this.#store.teams.find(team)];
      if (seats.members >= (plan.seats ?? Number.POSITIVE_INFINITY)) throw noSeatLeft(plan, seats);
    }
    return this.#store.teams.redeem(digest);
  }

  async join(team: string, account: string, role: TeamRole): Promise<void> {
    const plan = await this.#planOf(team);
    const full = await this.#store.teams.join({ team, account, role, seats: plan.seats });
    if (full) throw noSeatLeft(plan, full);
    await this.#changed();
  }

  async #planOf(team: string): Promise<Plan> {
    return planNamed(this.#plans, (await this.#store.teams.find(team)).plan);
  }

  async #row({ name, email, password, plan, billing = 'quota', role = 'user' }: NewAccountTerms) {
    checkName(name);
    this.#checkPlan(plan);
    const passwordHash = password === undefined ? undefined : await hashed(password);
    return { id: newId('acc'), name, email: email?.toLowerCase(), passwordHash, plan, billing, role };
  }

  /** The service is run with the owner's account: nobody shuts it out. */
  async #keepOwner(account: string): Promise<void> {
    if ((await this.#store.accounts.find(account)).id === ownerAccount)
      throw new TaskwireError('invalid_field', {
        param: 'account',
        message: "The owner's account stays active and an administrator.",
      });
  }

  #checkPlan(plan: string): void {
    if (this.#plans.has(plan)) return;
    const allowed = [...this.#plans.keys()].join(', ');
    throw new TaskwireError('invalid_field', { param: 'plan', got: plan, allowed });
  }
}

const inviteMs = 7 * 86_400_000;

const checkName = (name: string): void => {
  if (!accountName.test(name))
    throw new TaskwireError('invalid_field', { param: 'name', got: name, allowed: accountNameAllowed });
};

const hashed = (password: string): Promise<string> => {
  const { least, most } = passwordCharacters;
  if (password.length < least || password.length > most)
    throw new TaskwireError('invalid_field', {
      param: 'password',
      allowed: `${least} to ${most} characters`,
    });
  return hashPassword(password);
};
