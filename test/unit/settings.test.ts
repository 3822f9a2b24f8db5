import { resolve } from 'node:path';
import { readSettings, settingsTable } from '../../src/settings.js';

test('an empty environment gives the defaults', () => {
  const settings = readSettings({});
  expect(settings).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    device: 'auto',
    holdMs: 30_000,
    drainMs: 30_000,
    fetchUrls: true,
    fetchAllow: [],
    warm: ['defaults'],
    dataDir: resolve('data'),
    modelsDir: resolve('data/models'),
  });
});

test('an empty variable counts as not set', () => {
  expect(readSettings({ PORT: '', TASKWIRE_DEVICE: '' })).toMatchObject({ port: 8080, device: 'auto' });
});

test('the models folder follows the data folder unless it is set', () => {
  expect(readSettings({ TASKWIRE_DATA_DIR: '/srv/tw' }).modelsDir).toBe('/srv/tw/models');
  expect(readSettings({ TASKWIRE_DATA_DIR: '/srv/tw', TASKWIRE_MODELS_DIR: '/big' }).modelsDir).toBe('/big');
});

test('lists are split at commas and trimmed', () => {
  const { fetchAllow, warm } = readSettings({
    TASKWIRE_FETCH_ALLOW: ' 10.0.0.0/8 ,intranet,',
    TASKWIRE_WARM: 'none',
  });
  expect([fetchAllow, warm]).toEqual([['10.0.0.0/8', 'intranet'], ['none']]);
});

test.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'intranet/8', 'http://intranet', '10.0.0.0/8/8', 'a b'])(
  '%s is no host and no network',
  (value) => {
    expect(() => readSettings({ TASKWIRE_FETCH_ALLOW: `intranet,${value}` })).toThrow(
      /TASKWIRE_FETCH_ALLOW=/,
    );
  },
);

test('hosts, addresses and networks may be fetched from', () => {
  const all = ['intranet', 'a-b.example.org', '10.0.0.7', '10.0.0.0/8', '::1', 'fd00::/8'];
  expect(readSettings({ TASKWIRE_FETCH_ALLOW: all.join() }).fetchAllow).toEqual(all);
});

test('everything wrong is said at once, in the words of the variables', () => {
  const env = {
    PORT: '99999',
    TASKWIRE_DEVICE: 'abacus',
    TASKWIRE_FETCH_URLS: 'maybe',
    TASKWIRE_HOLD_MS: '1.5',
  };
  const failure = (() => {
    try {
      readSettings(env);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('accepted');
  })();
  for (const [name, value] of Object.entries(env)) expect(failure).toContain(`${name}=${value}`);
});

test.each([
  ['PORT', '-1'],
  ['PORT', 'http'],
  ['PORT', '80.5'],
  ['TASKWIRE_BODY_TIMEOUT_MS', '5'],
  ['LOG_LEVEL', 'loud'],
  ['TASKWIRE_SYSTEM_INSTALL', 'no'],
])('%s=%s is refused', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(`${name}=${value}`);
});

test('settings cannot be changed after the start', () => {
  expect(Object.isFrozen(readSettings({}))).toBe(true);
});

test('every default is a value that its own variable accepts, and every variable has help', () => {
  const env = Object.fromEntries(Object.values(settingsTable).map((one) => [one.env, one.default]));
  expect(readSettings(env)).toEqual(readSettings({}));
  for (const { help } of Object.values(settingsTable)) expect(help).toMatch(/\S/);
});

test('an address that is refused is shown without its password', () => {
  const refused = () => readSettings({ DATABASE_URL: 'postgre://taskwire:secret@db/books' });
  expect(refused).toThrow('DATABASE_URL=postgre://…@db/books');
});
