/** What the documents say is what the code has: two tables, one source each. */
import { readdirSync, readFileSync } from 'node:fs';
import { errorTable } from '../src/errors.js';
import { settingsTable } from '../src/settings.js';
import { tasks } from '../tasks/index.js';
import { root } from './helpers/fixtures.js';

const document = (name: string) => readFileSync(`${root}${name}`, 'utf8');
const api = document('docs/api.md');
const readme = document('README.md');

/** The rows of all tables of a document, cell by cell. */
const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

/** What the table of errors says: each code beside the statuses of its row. Brackets hold what is said of a code. */
const documentedErrors = rows(api).flatMap(([, statuses = '', codes = '']) =>
  /^\d{3}/.test(statuses)
    ? Array.from(codes.replace(/\(.*?\)/g, '').matchAll(/`(\w+)`/g), ([, code]) => ({
        code: code!,
        statuses: statuses.split(', '),
      }))
    : [],
);

test.each(Object.entries(errorTable))('docs/api.md has the code %s beside its status', (code, { status }) => {
  const documented = documentedErrors.filter((one) => one.code === code);
  expect(documented).toEqual([{ code, statuses: expect.arrayContaining([String(status)]) }]);
});

test('docs/api.md has no code that the service does not know', () => {
  expect(documentedErrors.filter(({ code }) => !(code in errorTable))).toEqual([]);
});

test.each(Object.values(settingsTable).map((setting) => [setting.env, setting] as const))(
  'README.md has the setting %s with its default and its help',
  (env, { default: fallback, help }) => {
    const row = rows(readme).find(([, name]) => name === `\`${env}\``);
    expect(row?.slice(2, 4)).toEqual([fallback && `\`${fallback}\``, help]);
  },
);

test('README.md has no setting that the service does not read', () => {
  const known = new Set(Object.values(settingsTable).map(({ env }) => env as string));
  const named = rows(readme).flatMap((cells) => [...cells.join(' ').matchAll(/`(TASKWIRE_[A-Z_]+)`/g)]);
  expect(named.length).toBeGreaterThan(0);
  expect(named.map(([, name]) => name!).filter((name) => !known.has(name))).toEqual([]);
});

test.each(tasks.map(({ name }) => name))('README.md calls %s', (name) => {
  expect(readme).toContain(`/v1/inference/${name}`);
});

test('every file that the README names is there', () => {
  const linked = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path!);
  const uploaded = [...readme.matchAll(/@([\w./-]+\.\w+)/g)].map(([, path]) => path!);
  expect([linked.length > 3, uploaded.length > 0]).toEqual([true, true]);
  for (const path of [...linked, ...uploaded]) expect(() => readdirOrFile(path)).not.toThrow();
});

const readdirOrFile = (path: string) => {
  try {
    return readFileSync(`${root}${path}`);
  } catch {
    return readdirSync(`${root}${path}`);
  }
};
