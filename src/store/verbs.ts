/** All verbs by group: what `store.<group>.<verb>(…)` runs. */
import { accounts } from './accounts.js';
import { audit } from './audit.js';
import { holds } from './holds.js';
import { idempotency } from './idempotency.js';
import { keys } from './keys.js';
import { ledger } from './ledger.js';
import { meters } from './meters.js';
import { schema } from './schema.js';
import { sessions } from './sessions.js';
import { teams } from './teams.js';
import { usage } from './usage.js';
import type { Verb } from './verb.js';

export const verbs = {
  accounts,
  audit,
  holds,
  idempotency,
  keys,
  ledger,
  meters,
  schema,
  sessions,
  teams,
  usage,
};

/** As messages name it. */
export const findVerb = (group: string, name: string): Verb => {
  const found = (verbs as Record<string, Record<string, unknown>>)[group]?.[name];
  if (!found) throw new Error(`the store has no ${group}.${name}: this is a bug`);
  return found as Verb;
};
