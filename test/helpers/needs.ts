/**
 * What not every machine has. A suite that needs it is skipped where it is missing, and says so; with TEST_SCOPE=full it
 * fails there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hasPostgres } from './postgres.js';

const full = process.env.TEST_SCOPE === 'full';

/** The interpreter of the client tests. */
export const python = process.env.TEST_PYTHON || 'python3';

/** One that has LiteLLM, which needs an older client of OpenAI's than the others test. */
export const liteLlmPython = process.env.TEST_LITELLM || 'python3';

const works = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const describeWith =
  (what: string, isThere: () => boolean) =>
  (name: string, suite: () => void): void => {
    if (isThere()) describe(name, suite);
    else if (full) {
      test(`${name}: needs ${what}`, () => {
        throw new Error(`${what} is missing, and TEST_SCOPE=full asks for everything`);
      });
    } else describe.skip(`${name} (skipped: needs ${what})`, suite);
  };

export const describeWithFfmpeg = describeWith('ffmpeg', () =>
  ['ffmpeg', 'ffprobe'].every((name) => works(name, '-version')),
);

export const describeWithPython = describeWith("Python's requests (TEST_PYTHON)", () =>
  works(python, '-c', 'import requests'),
);

export const describeWithOpenAiPython = describeWith("Python's openai (TEST_PYTHON)", () =>
  works(python, '-c', 'import openai'),
);

export const describeWithHuggingFacePython = describeWith("Python's huggingface_hub (TEST_PYTHON)", () =>
  works(python, '-c', 'import huggingface_hub, numpy'),
);

export const describeWithSchemathesis = describeWith("Python's schemathesis (TEST_PYTHON)", () =>
  works(python, '-c', 'import schemathesis'),
);

export const describeWithLiteLlm = describeWith("Python's litellm[proxy] (TEST_LITELLM)", () =>
  works(liteLlmPython, '-c', 'import litellm, fastapi'),
);

const hugePages = '/sys/kernel/mm/transparent_hugepage/enabled';

export const describeWithHugePages = describeWith(
  "Linux's transparent huge pages, switched on",
  () => existsSync(hugePages) && /\[(always|madvise)\]/.test(readFileSync(hugePages, 'utf8')),
);

/** Whose allocator can be told what to keep; other libraries take no heed. */
export const describeWithGlibc = describeWith(
  'glibc',
  () => 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header,
);

export const describeWithCurl = describeWith('curl', () => works('curl', '--version'));

export const describeWithPostgres = describeWith("PostgreSQL (Debian's package postgresql)", hasPostgres);

export const describeWithRedis = describeWith('redis-server', () => works('redis-server', '--version'));
