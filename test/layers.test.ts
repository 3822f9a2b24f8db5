/** The layer rule of docs/architecture.md holds, and the check that says so can fail. */
import { spawnSync } from 'node:child_process';
import { root } from './helpers/fixtures.js';
import { temporaryFolder, writeFiles } from './helpers/temporary.js';

const check = (folder: string) => {
  const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/check-layers.mjs`, folder], {
    encoding: 'utf8',
  });
  return { passed: status === 0, problems: stderr.trim() };
};

test('imports only go down', () => {
  expect(check(root)).toEqual({ passed: true, problems: '' });
});

test.each([
  ['the engine to the HTTP layer', 'src/engine/lane.ts', "import { x } from '../http/sse.js';"],
  ['the HTTP layer to the runner', 'src/http/body.ts', "import { x } from '../runner/session.js';"],
  ['the path to a dialect', 'src/infer.ts', "export { x } from './dialects/native.js';"],
  ['a task to its pipeline', 'tasks/asr/index.ts', "import { open } from './pipeline.js';"],
  ['the runner to the engine', 'src/runner/main.ts', "import { x } from '../engine/engine.js';"],
  ['the engine to a native runtime', 'src/engine/lane.ts', "import koffi from 'koffi';"],
  ['a schema to a tokenizer', 'tasks/asr/schema.ts', "import { Tokenizer } from 'tokenizers';"],
  ['the HTTP layer to a decoder', 'src/http/body.ts', "import sharp from 'sharp';"],
  ['a task to Express', 'tasks/asr/index.ts', "import express from 'express';"],
  ['an import for its effects', 'src/engine/lane.ts', "import 'koffi';"],
  ['an import when needed', 'src/http/body.ts', "const x = await import('../runner/session.js');"],
  [
    'an import over several lines',
    'src/engine/lane.ts',
    "import {\n  a,\n  b,\n} from '../dialects/native.js';",
  ],
  ['a file that is in no layer', 'src/utils.ts', ''],
])('%s is refused', (_, path, source) => {
  const { passed, problems } = check(
    writeFiles(temporaryFolder(), { [path]: `${source}\n`, 'tasks/index.ts': '', 'src/main.ts': '' }),
  );
  expect(passed).toBe(false);
  expect(problems.split('\n')).toHaveLength(1);
  expect(problems).toContain(path);
});

test('types may be imported from above, but not from the HTTP layer', () => {
  const files = { 'tasks/index.ts': '', 'src/main.ts': '' };
  const lane = (source: string) =>
    check(writeFiles(temporaryFolder(), { ...files, 'src/engine/lane.ts': source }));
  expect(lane("import type { Task } from '../../tasks/task.js';").passed).toBe(true);
  expect(lane("import type { Body } from '../http/body.js';").passed).toBe(false);
});
