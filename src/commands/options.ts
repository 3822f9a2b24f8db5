/** What the commands have in common: options, the store, and how an answer is printed. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { tasks } from '../../tasks/index.js';
import { readPlans, shippedPlans } from '../admission/plans.js';
import { Accounts } from '../identity/accounts.js';
import { readSettings } from '../settings.js';
import { openStore } from '../store/open.js';
import type { Store } from '../store/store.js';

export type Options = Readonly<Record<string, string | boolean | undefined>>;

export interface Books {
  readonly taskNames: readonly string[];
  readonly store: Store;
  readonly accounts: Accounts;
}

/** What a command answers: `value` for machines, lines for people. */
export interface Printed {
  readonly value: unknown;
  readonly lines: readonly string[];
}

export interface CommandForm {
  readonly help: string;
  /** Options with a value, as they are explained; the first one may also stand without its name. */
  readonly options: Readonly<Record<string, string>>;
  /** Options without a value. */
  readonly flags?: Readonly<Record<string, string>>;
  run(options: Options, books: Books): Promise<Printed>;
}

/** Who changes appear to be made by. */
export const cliActor = 'cli';

export const runForm = async (form: CommandForm, args: readonly string[]): Promise<void> => {
  const { json, ...options } = parse(form, args);
  const { dataDir, databaseUrl, plansFile } = readSettings();
  const store = await openStore(databaseUrl || `sqlite:${dataDir}/taskwire.db`);
  try {
    const plans = readPlans(plansFile || shippedPlans);
    const { value, lines } = await form.run(options, {
      taskNames: tasks.map(({ name }) => name),
      store,
      accounts: new Accounts(store, plans),
    });
    console.log(json ? JSON.stringify(value, undefined, 2) : lines.join('\n'));
  } finally {
    await store.close();
  }
};

const parse = ({ options, flags = {} }: CommandForm, args: readonly string[]): Options => {
  const config: NonNullable<ParseArgsConfig['options']> = { json: { type: 'boolean' } };
  for (const name of Object.keys(options)) config[name] = { type: 'string' };
  for (const name of Object.keys(flags)) config[name] = { type: 'boolean' };
  const { values, positionals } = parseArgs({ args: [...args], options: config, allowPositionals: true });
  const [first] = Object.keys(options);
  if (positionals.length > (first === undefined ? 0 : 1)) throw new Error(`What is ${positionals.at(-1)}?`);
  return {
    ...(first === undefined || !positionals[0] ? {} : { [first]: positionals[0] }),
    ...values,
  } as Options;
};

export const need = (options: Options, name: string): string => {
  const value = options[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`--${name} is missing.`);
};

export const optional = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

export const oneOf = <T extends string>(
  options: Options,
  name: string,
  allowed: readonly T[],
): T | undefined => {
  const value = optional(options, name);
  if (value === undefined || (allowed as readonly string[]).includes(value)) return value as T | undefined;
  throw new Error(`--${name} is one of ${allowed.join(', ')}.`);
};

export const numberOf = (options: Options, name: string): number | undefined => {
  const text = optional(options, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} is a number, not ${text}.`);
};

export const countOf = (options: Options, name: string): number | undefined => {
  const value = numberOf(options, name);
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return value;
  throw new Error(`--${name} is a whole number, 1 at least, not ${value}.`);
};

export const timeOf = (options: Options, name: string): number | undefined => {
  const text = optional(options, name);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error(`--${name} is a date or time such as 2026-12-31, not ${text}.`);
  return at;
};

export const listOf = (options: Options, name: string): string[] | undefined =>
  optional(options, name)
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);
