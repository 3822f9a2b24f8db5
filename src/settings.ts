/** Every environment variable the service reads: name, type, default and a line of help. Read once, at start. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

const isHostOrNetwork = (text: string): boolean => {
  const [address = '', prefix, ...more] = text.split('/');
  if (prefix === undefined) return isIP(address) !== 0 || /^[\w-]+(\.[\w-]+)*$/.test(address);
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!;
  return more.length === 0 && /^\d+$/.test(prefix) && Number(prefix) <= bits;
};
const networks = list.refine((all) => all.every(isHostOrNetwork), {
  error: 'each is a host name, an address, or a network such as 10.0.0.0/8',
});

interface Setting<T extends z.ZodType = z.ZodType> {
  readonly env: string;
  readonly type: T;
  /** As one would write it in the environment. */
  readonly default: string;
  readonly help: string;
}

const setting = <T extends z.ZodType>(env: string, type: T, fallback: string, help: string): Setting<T> => ({
  env,
  type,
  default: fallback,
  help,
});

export const settingsTable = {
  host: setting('HOST', z.string().min(1), '127.0.0.1', 'Address to listen on.'),
  port: setting('PORT', integer(0, 65535), '8080', 'Port to listen on; 0 picks a free one.'),
  dataDir: setting(
    'TASKWIRE_DATA_DIR',
    z.string().min(1),
    './data',
    "Where the owner's key and all state live.",
  ),
  modelsDir: setting(
    'TASKWIRE_MODELS_DIR',
    z.string(),
    '',
    'Folder of further models (`<org>/<name>/`); empty: `<data dir>/models`. The shipped `models/` is always read.',
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    z.union([
      z.literal(''),
      z.string().regex(/^(sqlite:|postgres(ql)?:\/\/)/, 'sqlite:<file> or postgres://…'),
    ]),
    '',
    'Accounts, credit and usage: `postgres://…` or `sqlite:<file>`; empty: SQLite in the data directory.',
  ),
  redisUrl: setting(
    'REDIS_URL',
    z.union([z.literal(''), z.string().regex(/^rediss?:\/\//, 'redis://… or rediss://…')]),
    '',
    'Redis by which several processes count rates together and hear of revoked keys at once; empty: each counts by itself.',
  ),
  plansFile: setting('TASKWIRE_PLANS', z.string(), '', 'File that replaces `src/admission/plans.json`.'),
  usageDays: setting(
    'TASKWIRE_USAGE_DAYS',
    integer(0, 36_500),
    '0',
    'Days that usage rows are kept; 0: for ever.',
  ),
  device: setting(
    'TASKWIRE_DEVICE',
    z.enum(['auto', 'cpu', 'webgpu']),
    'auto',
    'Device that models run on: `auto` takes WebGPU if a GPU answers, else the CPU.',
  ),
  threads: setting('TASKWIRE_THREADS', integer(0, 1024), '0', 'CPU threads per model; 0: one per core.'),
  cacheMb: setting(
    'TASKWIRE_CACHE_MB',
    integer(0, 10_000_000),
    '0',
    "Memory for a language model's cache of keys and values, in MB; 0: a quarter of the machine's, or the container's.",
  ),
  cache: setting(
    'TASKWIRE_CACHE',
    z
      .literal('off')
      .transform(() => 0)
      .or(integer(1, 1_000_000)),
    'off',
    'Memory for answers that identical requests of an account get again, in MB; `off`: none are kept.',
  ),
  warm: setting(
    'TASKWIRE_WARM',
    list,
    'defaults',
    "Models loaded at start: `defaults` (each task's default model), `none`, or a comma-separated list of ids.",
  ),
  dedicatedRunners: setting(
    'TASKWIRE_DEDICATED_RUNNERS',
    integer(0, 10_000),
    '0',
    'Runners that accounts and teams on plans with `dedicated_runners` may have for themselves, all together; 0: everybody shares.',
  ),
  holdMs: setting(
    'TASKWIRE_HOLD_MS',
    integer(0, 600_000),
    '30000',
    'How long a request waits for a model that is loading before it is answered 503.',
  ),
  drainMs: setting('TASKWIRE_DRAIN_MS', integer(0, 600_000), '30000', 'Grace time after SIGTERM.'),
  bodyTimeoutMs: setting(
    'TASKWIRE_BODY_TIMEOUT_MS',
    integer(100, 600_000),
    '60000',
    'How long a body may take to arrive.',
  ),
  fetchUrls: setting('TASKWIRE_FETCH_URLS', onOff, 'on', 'Whether `image_url` and `audio_url` are fetched.'),
  fetchAllow: setting(
    'TASKWIRE_FETCH_ALLOW',
    networks,
    '',
    'Hosts or networks (CIDR), comma-separated, that may be fetched although their address is private.',
  ),
  jwtSecret: setting(
    'TASKWIRE_JWT_SECRET',
    list,
    '',
    'Signs sessions and scoped tokens; several, comma-separated: the first signs, all are taken. Empty: made and kept in the data directory.',
  ),
  signup: setting(
    'TASKWIRE_SIGNUP',
    z.enum(['off', 'invite', 'open']),
    'off',
    'Who may make an account: nobody, who has an invitation, anybody.',
  ),
  stripeSecret: setting(
    'TASKWIRE_STRIPE_SECRET',
    z.string(),
    '',
    "Signing secret of Stripe's webhook at `/v1/webhooks/stripe`, which books paid checkouts as credit; empty: no such route.",
  ),
  adminToken: setting(
    'TASKWIRE_ADMIN_TOKEN',
    z.string(),
    '',
    'Bearer token that `/metrics` then asks of everybody; empty: it answers this machine alone.',
  ),
  trustProxy: setting(
    'TASKWIRE_TRUST_PROXY',
    z.string(),
    '',
    "Express' `trust proxy` value when behind a reverse proxy.",
  ),
  systemInstall: setting(
    'TASKWIRE_SYSTEM_INSTALL',
    z.enum(['0', '1']).transform((value) => value === '1'),
    '1',
    '`0` keeps `npm start` from installing ffmpeg on Debian and Ubuntu when run as root.',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    z.enum(['silent', 'error', 'warn', 'info', 'debug']),
    'info',
    'Least severe log line written.',
  ),
} as const;

export type Settings = {
  readonly [Name in keyof typeof settingsTable]: z.output<(typeof settingsTable)[Name]['type']>;
};

/** An address may hold a password; what is refused is shown on the terminal, and in logs. */
const withoutCredentials = (value: string): string => value.replace(/:\/\/[^/\s]*@/, '://…@');

/**
 * Reads and checks all settings. Throws one plain `Error` that lists everything wrong, in the words of the variables.
 */
export const readSettings = (env: NodeJS.ProcessEnv = process.env): Settings => {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { env: variable, type, default: fallback }] of Object.entries(settingsTable)) {
    const given = env[variable];
    const parsed = (type as z.ZodType).safeParse(given === undefined || given === '' ? fallback : given);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        `${variable}=${withoutCredentials(given ?? '')}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`,
      );
  }
  if (problems.length > 0) throw new Error(`Settings that cannot be used:\n  ${problems.join('\n  ')}`);
  const settings = values as unknown as Settings;
  const dataDir = resolve(settings.dataDir);
  return Object.freeze({
    ...settings,
    dataDir,
    modelsDir: resolve(settings.modelsDir || `${dataDir}/models`),
  });
};
