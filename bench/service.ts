/** Starts the real service, or another server to compare with, as a process on a free port. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Dtype, dtypePreference, dtypeSuffix } from '../src/dtype.js';
import { sleep } from './load.js';

export interface Running {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pid: number;
  stop(): Promise<void>;
}

const servers = new Set<ChildProcess>();

const endServers = (): void => {
  for (const server of servers) server.kill('SIGKILL');
};

/** A process that does not outlive this one, however this one ends. */
export const spawnServer = (
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess => {
  if (!process.listeners('exit').includes(endServers)) {
    process.on('exit', endServers);
    // By itself a signal ends a process without its 'exit'.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  }
  const server = spawn(program, args, options);
  servers.add(server);
  server.once('exit', () => servers.delete(server));
  return server;
};

const built = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** The service with one model warm. */
export const startService = async (
  modelsDir: string,
  model: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Running> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'taskwire-bench-'));
  const port = await freePort();
  const settings = {
    TASKWIRE_DATA_DIR: dataDir,
    TASKWIRE_MODELS_DIR: modelsDir,
    TASKWIRE_WARM: model,
    LOG_LEVEL: 'error',
  };
  // The flag is `npm start`'s.
  const child = spawnServer(process.execPath, ['--max-semi-space-size=64', built('src/cli.js'), 'serve'], {
    env: { ...process.env, TASKWIRE_DEVICE: 'cpu', ...settings, ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await until(child, async () => {
    const health = (await (await fetch(`${url}/v1/models/${model}/health`)).json()) as { status: string };
    return health.status === 'ready';
  });
  const key = readFileSync(join(dataDir, 'owner.key'), 'utf8').trim();
  return {
    url,
    headers: { authorization: `Bearer ${key}` },
    pid: child.pid!,
    async stop() {
      await end(child);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

/** Express with a Transformers.js pipeline in the same process: what one writes in an afternoon. */
export const startNaive = async (
  modelsDir: string,
  model: string,
  task: string,
  dtype: Dtype = 'fp32',
): Promise<Running> => {
  const port = await freePort();
  const child = spawnServer(
    process.execPath,
    [built('bench/naive-server.js'), modelsDir, model, task, String(port), dtype],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await until(child, async () => (await fetch(`${url}/health`)).ok);
  return { url, headers: {}, pid: child.pid!, stop: () => end(child) };
};

/** Models under `bench/<name>`, so that every server finds them by one id. */
export const linkModel = (folder: string): { readonly dir: string; readonly id: string } => {
  const dir = resolve('.work/bench-links');
  const name = basename(folder);
  mkdirSync(join(dir, 'bench'), { recursive: true });
  rmSync(join(dir, 'bench', name), { force: true });
  symlinkSync(folder, join(dir, 'bench', name));
  return { dir, id: `bench/${name}` };
};

/** The precision that a folder holds; the most exact where there are several. */
export const dtypeOf = (folder: string, part = 'model'): Dtype => {
  const files = readdirSync(join(folder, 'onnx'));
  return dtypePreference.find((dtype) => files.includes(`${part}${dtypeSuffix[dtype]}.onnx`)) ?? 'fp32';
};

/** Of an even number of values the mean of the two in the middle; of none, no number. */
export const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
};

const until = async (child: ChildProcess, ready: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 1200; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    if (await ready().catch(() => false)) return;
    await sleep(100);
  }
  throw new Error('the server was not ready within two minutes');
};

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 5000).unref();
  });
