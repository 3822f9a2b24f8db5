import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { Catalogue } from '../../src/catalogue/catalogue.js';
import { TaskwireError } from '../../src/errors.js';
import { tasks } from '../../tasks/index.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';

interface LogLine {
  readonly event: string;
  readonly model: string;
  readonly cause: string;
}

/** A catalogue over folders with these files, and what it logged. */
const open = (...roots: ReadonlyArray<Readonly<Record<string, unknown>>>) => {
  const log: LogLine[] = [];
  const folders = roots.map((files) => writeFiles(temporaryFolder(), files));
  const logger = pino({}, { write: (line: string) => void log.push(JSON.parse(line)) });
  return { catalogue: new Catalogue(folders, tasks, logger), folders, log };
};

const task = (name: string) => tasks.find((one) => one.name === name)!;
const refusal = (attempt: () => unknown): TaskwireError => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof TaskwireError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};
const ids = (catalogue: Catalogue) => catalogue.list().map(({ id }) => id);

const embedder = { task: 'embeddings' };

test('models are found one and two folders deep', () => {
  const { catalogue } = open({
    'plain/taskwire.json': embedder,
    'plain/onnx/model.onnx': '',
    'org/name/taskwire.json': embedder,
    'org/name/onnx/model.onnx': '',
    'org/no-card/onnx/model.onnx': '',
  });
  expect(ids(catalogue).sort()).toEqual(['org/name', 'plain']);
});

test('a folder that does not exist is an empty catalogue', () => {
  expect(new Catalogue(['/nowhere/at/all'], tasks, pino({ level: 'silent' })).list()).toEqual([]);
});

test('a broken folder is logged and takes no other down', () => {
  const { catalogue, log } = open({
    'good/taskwire.json': embedder,
    'good/onnx/model.onnx': '',
    'no-json/taskwire.json': '{',
    'no-task/taskwire.json': {},
    'odd-task/taskwire.json': { task: 'telepathy' },
    'no-onnx/taskwire.json': embedder,
    'wrong-dtype/taskwire.json': { ...embedder, dtype: 'q4' },
    'wrong-dtype/onnx/model.onnx': '',
    'odd-dtype/taskwire.json': { ...embedder, dtype: 'fp2' },
    'odd-dtype/onnx/model.onnx': '',
  });
  expect(ids(catalogue)).toEqual(['good']);
  expect(log.map(({ model }) => model).sort()).toEqual(
    ['no-json', 'no-onnx', 'no-task', 'odd-dtype', 'odd-task', 'wrong-dtype'].sort(),
  );
  expect(log.every(({ event, cause }) => event === 'model_unreadable' && cause)).toBe(true);
});

test.each([
  [{ task: 3 }, 'task', '3', 'a string'],
  [{ task: 'embeddings', default: 'yes' }, 'default', '"yes"', 'a boolean'],
  [{ task: 'embeddings', prices: { usd_per_image: -1 } }, 'prices.usd_per_image', '-1', 'at least 0'],
  [{ task: 'text-generation', context_window: '4096' }, 'context_window', '"4096"', 'a number'],
  [{ task: 'text-generation', context_window: 0 }, 'context_window', '0', 'at least 2'],
  [{ task: 'text-generation', context_window: null }, 'context_window', 'null', 'a number'],
  [{ task: 'text-generation', max_sequences: 1.5 }, 'max_sequences', '1.5', 'an integer'],
  [{ task: 'text-generation', max_sequences: 0 }, 'max_sequences', '0', 'at least 1'],
  [{ task: 'text-generation', draft_tokens: -1 }, 'draft_tokens', '-1', 'at least 0'],
  [{ task: 'text-generation', shared_prefixes: 'Once' }, 'shared_prefixes', '"Once"', 'an array'],
  [{ task: 'text-generation', shared_prefixes: ['a', 2] }, 'shared_prefixes[1]', '2', 'a string'],
  [{ task: 'object-detection', threshold: '0.5' }, 'threshold', '"0.5"', 'a number'],
  [{ task: 'object-detection', threshold: 50 }, 'threshold', '50', 'at most 1'],
  [{ task: 'asr', temperatures: [] }, 'temperatures', 'an array of 0', 'at least 1 items'],
  [{ task: 'asr', temperatures: [0, 'hot'] }, 'temperatures[1]', '"hot"', 'a number'],
  [{ task: 'asr', language: 'English!' }, 'language', '"English!"', "a language's code, such as en"],
])('of a taskwire.json with %j file, field, what came and what is allowed are told', (card, ...told) => {
  const { catalogue, folders, log } = open({ 'odd/taskwire.json': card, 'odd/onnx/model.onnx': '' });
  expect(ids(catalogue)).toEqual([]);
  const [field, got, allowed] = told;
  const file = join(folders[0]!, 'odd/taskwire.json');
  expect(log.map(({ cause }) => cause)).toEqual([
    `${file}: Field ${field} has a value that is not allowed. Got: ${got}. Allowed: ${allowed}.`,
  ]);
});

test.each(['{', '[]', '"embeddings"', 'null'])('a taskwire.json that holds %s is named', (content) => {
  const { catalogue, folders, log } = open({ 'odd/taskwire.json': content, 'odd/onnx/model.onnx': '' });
  expect(ids(catalogue)).toEqual([]);
  expect(log[0]?.cause).toContain(join(folders[0]!, 'odd/taskwire.json'));
});

test('what a taskwire.json says to its pipeline beside what the task knows reaches it', () => {
  const own = {
    context_window: 1024,
    max_sequences: 8,
    draft_tokens: 4,
    shared_prefixes: ['Once'],
    note: 'x',
  };
  const { catalogue } = open({
    'talker/taskwire.json': { task: 'text-generation', ...own },
    'talker/onnx/model.onnx': '',
  });
  expect(catalogue.resolve('talker').ref.options).toEqual(own);
});

test.each(['embeddings', 'text-generation', 'feature-extraction', 'ner'])(
  'a model may not be called %s, since that path is a task',
  (name) => {
    const { catalogue, log } = open({ [`${name}/taskwire.json`]: embedder, [`${name}/onnx/model.onnx`]: '' });
    expect(ids(catalogue)).toEqual([]);
    expect(log[0]?.cause).toMatch(/named like a task/);
  },
);

test('the shipped model wins over one of the same id elsewhere', () => {
  const files = { 'm/taskwire.json': embedder, 'm/onnx/model.onnx': '' };
  const { catalogue, folders } = open(files, files);
  expect(catalogue.resolve('m').entry.folder).toBe(join(folders[0]!, 'm'));
});

const variants = {
  'org/m/taskwire.json': embedder,
  'org/m/onnx/model.onnx': '',
  'org/m/onnx/model_fp16.onnx': '',
  'org/m/onnx/model_quantized.onnx': '',
  'org/m/onnx/model_q4f16.onnx': '',
};

test.each([
  ['org/m', 'fp32'],
  ['org/m/fp32', 'fp32'],
  ['org/m/fp-16', 'fp16'],
  ['org/m/FP16', 'fp16'],
  ['org/m/bf-16', 'fp16'],
  ['org/m/int8', 'q8'],
  ['org/m/fp-8', 'q8'],
  ['org/m/int4', 'q4f16'],
])('%s is served in %s', (id, dtype) => {
  const { ref, entry } = open(variants).catalogue.resolve(id);
  expect([entry.id, ref.dtype]).toEqual(['org/m', dtype]);
});

test.each(['org/m/q4', 'org/m/fp-2', 'org/m/constructor'])(
  '%s does not exist, and what does is listed',
  (id) => {
    const error = refusal(() => open(variants).catalogue.resolve(id));
    expect([error.code, error.param]).toEqual(['model_not_found', 'model']);
    for (const there of ['org/m/fp-16', 'org/m/int8', 'org/m/q4f16', 'org/m/bf-16'])
      expect(error.message).toContain(there);
    expect(error.message).not.toContain('bnb4');
  },
);

test('the precision of the card serves where the id has no suffix', () => {
  const { catalogue } = open({ ...variants, 'org/m/taskwire.json': { ...embedder, dtype: 'fp16' } });
  expect(catalogue.resolve('org/m').ref.dtype).toBe('fp16');
  expect(catalogue.resolve('org/m/fp32').ref.dtype).toBe('fp32');
});

test('files of several parts count once a precision', () => {
  const { catalogue } = open({
    'w/taskwire.json': embedder,
    'w/onnx/encoder_model_q4.onnx': '',
    'w/onnx/decoder_model_merged_q4.onnx': '',
  });
  expect(catalogue.list()[0]?.dtypes).toEqual(['q4']);
});

test('a request without a model gets the default of its task, or the only one there is', () => {
  const { catalogue } = open({
    'a/taskwire.json': embedder,
    'a/onnx/model.onnx': '',
    'b/taskwire.json': { ...embedder, default: true },
    'b/onnx/model.onnx': '',
    'c/taskwire.json': { task: 'text-classification' },
    'c/onnx/model.onnx': '',
  });
  expect(catalogue.resolve(undefined, task('embeddings')).entry.id).toBe('b');
  expect(catalogue.resolve('', task('text-classification')).entry.id).toBe('c');
  expect(refusal(() => catalogue.resolve(undefined, task('text-generation'))).code).toBe('model_not_found');
});

test('a model of another task is refused with one of the right task', () => {
  const { catalogue } = open({
    'e/taskwire.json': embedder,
    'e/onnx/model.onnx': '',
    'c/taskwire.json': { task: 'text-classification' },
    'c/onnx/model.onnx': '',
  });
  const error = refusal(() => catalogue.resolve('c', task('embeddings')));
  expect(error.code).toBe('task_mismatch');
  expect(error.message).toMatch(/c serves text-classification, not embeddings.*e/);
});

test.each(['../secret', 'a/../../b', '/etc/passwd', '__proto__', 'constructor', '', ' '])(
  'the id %j finds nothing',
  (id) => {
    expect(refusal(() => open(variants).catalogue.resolve(id)).code).toBe('model_not_found');
  },
);

test('options of the card reach the pipeline, its own fields do not', () => {
  const { catalogue } = open({
    'm/taskwire.json': { ...embedder, description: 'd', threshold: 0.3 },
    'm/onnx/model.onnx': '',
  });
  expect(catalogue.resolve('m').ref.options).toEqual({ threshold: 0.3 });
});

test('a model that was added while the service runs is found, a second after the last look', () => {
  const now = Date.now();
  const date = jest.spyOn(Date, 'now').mockImplementation(() => now);
  const { catalogue, folders } = open({});
  expect(refusal(() => catalogue.resolve('late')).code).toBe('model_not_found');
  writeFiles(folders[0]!, { 'late/taskwire.json': embedder, 'late/onnx/model.onnx': '' });
  expect(refusal(() => catalogue.resolve('late')).code).toBe('model_not_found');
  date.mockImplementation(() => now + 1_000);
  expect(catalogue.resolve('late').entry.id).toBe('late');
  writeFiles(folders[0]!, { 'later/taskwire.json': embedder, 'later/onnx/model.onnx': '' });
  expect(ids(catalogue)).toEqual(['late']);
  date.mockImplementation(() => now + 2_000);
  expect(ids(catalogue)).toEqual(['late', 'later']);
  date.mockRestore();
});

test('created is when the card was written', () => {
  const { folders } = open(variants);
  const card = join(folders[0]!, 'org/m/taskwire.json');
  utimesSync(card, 1000, 1000);
  const again = new Catalogue(folders, tasks, pino({ level: 'silent' }));
  expect(again.resolve('org/m').entry.createdAt).toEqual(new Date(1_000_000));
  rmSync(card);
});
