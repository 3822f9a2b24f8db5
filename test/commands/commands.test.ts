import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { clientOf } from '../helpers/client.js';
import { runClient } from '../helpers/client-process.js';
import { root } from '../helpers/fixtures.js';
import { describeWithCurl } from '../helpers/needs.js';
import { type Served, serve } from '../helpers/serve.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { until } from '../helpers/until.js';

const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

const run = async (dataDir: string, args: readonly string[], input = ''): Promise<Ended> => {
  const env = { ...process.env, TASKWIRE_DATA_DIR: dataDir, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: 'pipe' });
  child.stdin.end(input);
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code: code as number, out, errors };
};

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not
const json = async (dataDir: string, ...args: string[]): Promise<any> => {
  const { code, out, errors } = await run(dataDir, [...args, '--json']);
  if (code !== 0) throw new Error(errors);
  return JSON.parse(out);
};

let service: Served;
let dataDir: string;
beforeAll(async () => {
  service = await serve({
    models: { 'test/echo': { task: 'echo', prices: { usd_per_million_input_tokens: 3 } } },
  });
  dataDir = dirname(service.service.ownerKey.path);
});
afterAll(() => service.close());

const echo = (key: string) => clientOf(service.url, key).post('/v1/inference/echo', { inputs: 'x' });

test('a key is made with its account while the service runs, works at once, and is refused soon after it is revoked', async () => {
  const made = await json(dataDir, 'keys', 'create', '--account', 'alice', '--plan', 'free');
  expect(made).toEqual({
    key: expect.stringMatching(/^inf_[0-9a-f]{64}$/),
    id: expect.stringMatching(/^key_/),
    account: 'alice',
  });
  expect((await echo(made.key)).status).toBe(200);
  const again = await json(
    dataDir,
    'keys',
    'create',
    '--account',
    'alice',
    '--plan',
    'free',
    '--name',
    'second',
  );
  expect(again.account).toBe('alice');
  const listed = await json(dataDir, 'keys', 'list', 'alice');
  expect(listed.map(({ name }: { name: string }) => name)).toEqual(['second', 'default']);
  expect(JSON.stringify(listed)).not.toContain(made.key.slice(0, 20));
  expect(await json(dataDir, 'keys', 'revoke', made.id)).toEqual({ id: made.id, revoked: true });
  await until(async () => (await echo(made.key)).json.error?.code === 'key_revoked');
  expect((await echo(again.key)).status).toBe(200);
});

test('a key has the scopes, limits and the end that it was made with', async () => {
  const { id } = await json(
    dataDir,
    ...[
      'keys',
      'create',
      'bob',
      '--tasks',
      'embeddings, asr',
      '--models',
      'test/echo',
      '--expires-at',
      '2099-01-01',
    ],
    ...['--requests-per-minute', '7', '--monthly-spend-limit', '1.5', '--signs-tokens'],
  );
  expect(await json(dataDir, 'keys', 'list', 'bob')).toEqual([
    expect.objectContaining({
      id,
      tasks: ['embeddings', 'asr'],
      models: ['test/echo'],
      requests_per_minute: 7,
      monthly_spend_limit: 1.5,
      signs_tokens: true,
      expires_at: '2099-01-01T00:00:00.000Z',
    }),
  ]);
});

test('plan, billing, password and whether it may come in are set by name', async () => {
  const login = (password: string) =>
    service.post('/v1/auth/login', { email: 'carol@example.com', password }, { authorization: '' });
  await json(
    dataDir,
    'accounts',
    'create',
    'carol',
    '--email',
    'carol@example.com',
    '--password',
    'correct horse',
  );
  expect((await login('correct horse')).status).toBe(200);
  expect(await json(dataDir, 'accounts', 'set-plan', 'carol', '--plan', 'pro')).toMatchObject({
    plan: 'pro',
  });
  const billed = await json(dataDir, 'accounts', 'set-billing', '--account', 'carol', '--billing', 'credit');
  expect(billed).toMatchObject({ name: 'carol', plan: 'pro', billing: 'credit' });
  const piped = await run(dataDir, ['accounts', 'set-password', 'carol'], 'battery staple\n');
  expect([piped.code, piped.errors]).toEqual([0, '']);
  expect([(await login('correct horse')).status, (await login('battery staple')).status]).toEqual([401, 200]);
  expect((await json(dataDir, 'accounts', 'deactivate', 'carol')).deactivated_at).toMatch(/Z$/);
  expect((await login('battery staple')).json.error.code).toBe('account_inactive');
  expect((await json(dataDir, 'accounts', 'deactivate', 'carol', '--undo')).deactivated_at).toBeNull();
});

test('credit is granted, and usage is summed up', async () => {
  const { key } = await json(dataDir, 'keys', 'create', 'dave');
  await json(dataDir, 'accounts', 'set-billing', 'dave', '--billing', 'credit');
  const grant = () => json(dataDir, 'credits', 'grant', 'dave', '--amount', '2.5', '--id', 'invoice-7');
  expect(await grant()).toMatchObject({ booked: true, balance: 2.5 });
  expect(await grant()).toMatchObject({ booked: false, balance: 2.5 });
  await until(async () => (await clientOf(service.url, key).get('/v1/credits')).json.billing === 'credit');
  expect((await echo(key)).status).toBe(200);
  expect(await json(dataDir, 'usage', '--account', 'dave')).toEqual([
    expect.objectContaining({ model: 'test/echo', requests: 1, cost_micro_usd: 3 }),
  ]);
  expect(await json(dataDir, 'usage', '--account', 'dave', '--from', '2099-01-01')).toEqual([]);
});

test('what is done is in the log, as done from the command line', async () => {
  const { json: log } = await service.get('/v1/admin/audit?limit=1000');
  const actions = log.data.filter(({ actor }: { actor: string }) => actor === 'cli');
  expect(new Set(actions.map(({ action }: { action: string }) => action))).toEqual(
    new Set(['account.create', 'account.change', 'key.create', 'key.revoke', 'credits.grant']),
  );
  expect(JSON.stringify(actions)).not.toContain('battery staple');
});

test('a database is made by the first command, and a service that starts after it has its accounts', async () => {
  const folder = temporaryFolder();
  const { migrations } = await json(folder, 'migrate');
  expect(migrations.map(({ id }: { id: string }) => id)).toEqual(
    expect.arrayContaining(['001-money', '002-identity']),
  );
  const { key } = await json(folder, 'keys', 'create', '--account', 'early', '--plan', 'free');
  const later = await serve({ env: { TASKWIRE_DATA_DIR: folder } });
  expect((await clientOf(later.url, key).get('/v1/auth/me')).json.account.name).toBe('early');
  expect((await later.get('/v1/auth/me')).json.account.id).toBe('owner');
  await later.close();
});

test.each([[[]], [['help']], [['--help']]])('asked for help by %j, all commands are listed', async (args) => {
  const { code, out, errors } = await run(dataDir, args);
  expect([code, out, errors]).toEqual([0, expect.stringContaining('accounts create'), '']);
});

test('with --json a failure is JSON as well', async () => {
  const { code, errors } = await run(dataDir, ['keys', 'revoke', 'key_nobody', '--json']);
  expect([code, JSON.parse(errors)]).toEqual([
    1,
    { error: { code: 'route_not_found', message: expect.stringContaining('key_nobody') } },
  ]);
});

test.each(['constructor', 'toString', 'accounts'])('%s is no command: all are listed', async (name) => {
  const { code, out, errors } = await run(dataDir, [name]);
  expect([code, out, errors]).toEqual([2, expect.stringContaining('accounts create'), '']);
});

test.each([
  [['accounts', 'create'], '--name is missing'],
  [['accounts', 'create', 'Not A Name'], 'letters, digits'],
  [['accounts', 'set-plan', 'owner', '--plan', 'no-such'], 'Allowed: free'],
  [['accounts', 'set-plan', 'nobody', '--plan', 'pro'], 'There is no account nobody'],
  [['accounts', 'set-billing', 'owner', '--billing', 'later'], 'quota, credit'],
  [['keys', 'create', 'eve', '--plan', 'no-such'], 'Allowed: free'],
  [['keys', 'create', 'eve', '--expires-at', 'soon'], '--expires-at'],
  [['keys', 'create', 'eve', '--expires-at', '2020-01-01'], 'a time to come'],
  [['keys', 'create', 'eve', '--tasks', 'embeddings,no-such'], '"no-such"'],
  [['keys', 'create', 'eve', '--requests-per-minute', '0.5'], '--requests-per-minute'],
  [['keys', 'create', 'owner', '--plan', 'free'], 'accounts set-plan'],
  [['keys', 'create', 'eve', '--unknown'], '--unknown'],
  [['keys', 'create', 'eve', 'mallory'], 'mallory'],
  [['keys', 'revoke', 'key_nobody'], 'There is no key key_nobody'],
  [['credits', 'grant', 'owner', '--amount', '-1'], '--amount'],
  [['credits', 'grant', 'owner'], '--amount'],
])('%j fails and says why', async (args, why) => {
  const { code, out, errors } = await run(dataDir, args);
  expect([code, out]).toEqual([1, '']);
  expect(errors).toContain(why);
  expect(errors).not.toMatch(/ {4}at /);
});

describeWithCurl("each line of README's accounts and keys", () => {
  const [, section = ''] =
    /^## Accounts and keys$(.*?)^## /ms.exec(readFileSync(`${root}README.md`, 'utf8')) ?? [];
  const blocks = [...section.matchAll(/^```bash\n(.*?)^```/gms)].map(([, code]) => code!);
  const lines = blocks.flatMap((block) => block.split(/\n(?=npm|curl|\n)/)).filter((line) => line.trim());

  test('is there', () => expect(lines.length).toBeGreaterThanOrEqual(9));

  test('works when pasted', async () => {
    const folder = temporaryFolder();
    symlinkSync(dataDir, join(folder, 'data'));
    const env = { ...process.env, TASKWIRE_DATA_DIR: dataDir, NODE_OPTIONS: '' };
    const npm = `npm() { shift 3; '${process.execPath}' '${cli}' "$@"; }\n`;
    for (const line of lines) {
      const here = line.replaceAll('http://127.0.0.1:8080', service.url).replace('"embeddings"', '"echo"');
      const out = await runClient('bash', ['-c', `${npm}${here}`], { cwd: folder, env });
      expect(out).not.toContain('"error"');
      if (!line.includes('usage')) expect(out).toMatch(/\S/);
    }
  });
});
