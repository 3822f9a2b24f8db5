/** Who may call: accounts, teams, keys, sessions, invitations, and the log of changes to them. Times are milliseconds of the Unix epoch. */

/** 0 or 1: SQLite has no booleans. */
type Flag = 0 | 1;

export type Role = 'user' | 'admin';
export type TeamRole = 'owner' | 'member';
export type Billing = 'quota' | 'credit';

export interface AccountsTable {
  readonly id: string;
  name: string;
  /** In lower case. */
  email: string | null;
  /** argon2id's own form; without one nobody logs in. */
  password_hash: string | null;
  role: Role;
  plan: string;
  billing: Billing;
  inference_enabled: Flag;
  readonly created_at: number;
  deactivated_at: number | null;
}

export interface TeamsTable {
  readonly id: string;
  name: string;
  plan: string;
  billing: Billing;
  readonly created_at: number;
}

/** An account is in one team at most. */
export interface TeamMembersTable {
  readonly account_id: string;
  team_id: string;
  role: TeamRole;
  readonly joined_at: number;
}

export interface ApiKeysTable {
  readonly id: string;
  readonly account_id: string;
  name: string;
  /** SHA-256 of the key, in hex. */
  readonly digest: string;
  /** What lists show of it. */
  readonly prefix: string;
  /** JSON arrays; null: all. */
  tasks: string | null;
  models: string | null;
  requests_per_minute: number | null;
  monthly_spend_micro_usd: number | null;
  /** Whether tokens signed with the key itself are taken. */
  signs_tokens: Flag;
  readonly created_at: number;
  expires_at: number | null;
  /** Written now and then, not with every call. */
  last_used_at: number | null;
  revoked_at: number | null;
}

export interface SessionsTable {
  readonly id: string;
  readonly account_id: string;
  /** The key that it was opened with: it ends with it and has its scopes. */
  readonly key_id: string | null;
  readonly created_at: number;
  readonly expires_at: number;
  revoked_at: number | null;
}

/** A code that lets somebody sign up, or join a team; used once. */
export interface InvitesTable {
  readonly digest: string;
  readonly team_id: string | null;
  readonly role: TeamRole;
  readonly created_by: string;
  readonly created_at: number;
  readonly expires_at: number;
  used_at: number | null;
}

/** Appended to, never changed. */
export interface AuditLogTable {
  readonly id: string;
  readonly at: number;
  /** The account that did it; `cli` for the command line. */
  readonly actor: string;
  readonly action: string;
  /** What it was done to: the id of an account, key, team. */
  readonly subject: string;
  /** JSON object; no secrets. */
  readonly details: string;
}

export interface IdentityTables {
  accounts: AccountsTable;
  teams: TeamsTable;
  team_members: TeamMembersTable;
  api_keys: ApiKeysTable;
  sessions: SessionsTable;
  invites: InvitesTable;
  audit_log: AuditLogTable;
}
