/** The service as a process of its own, with real runners, on the tiny models: what a client meets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Client, clientOf } from './client.js';
import { fixture } from './fixtures.js';
import { temporaryFolder } from './temporary.js';

/** The device that models run on in tests with real runners. */
export const testDevice = process.env.TASKWIRE_DEVICE || 'cpu';

export interface LiveService extends Client {
  readonly pid: number;
  /** Where the owner's key is kept. */
  readonly keyFile: string;
  /** What its log said that was an error, line by line. */
  readonly faults: readonly string[];
  /** Its exit code or signal, once it has ended. */
  readonly ended: Promise<number | string | null>;
  /** Ends it as an operator would, if it has not ended; throws if it does not end well. */
  close(): Promise<void>;
}

const program = (path: string): readonly string[] => [
  process.execPath,
  fileURLToPath(new URL(path, import.meta.url)),
  'serve',
];
/** What ships. */
const cli = program('../../src/cli.js');
/** The same with the echo task beside the others, whose runner takes 10 us of its device for each text. */
export const withEcho = program('./serve-echo.js');
/** As README says, in a session and a process group of its own, as in a terminal. */
export const npmStart: readonly string[] = ['setsid', 'npm', 'start'];

export const startService = async (
  env: Readonly<Record<string, string>> = {},
  [command, ...args] = cli,
): Promise<LiveService> => {
  const dataDir = env.TASKWIRE_DATA_DIR ?? temporaryFolder();
  const settings = {
    PORT: '0',
    LOG_LEVEL: 'info',
    TASKWIRE_DATA_DIR: dataDir,
    TASKWIRE_MODELS_DIR: fixture('models'),
    TASKWIRE_DEVICE: testDevice,
    TASKWIRE_WARM: 'none',
    TASKWIRE_HOLD_MS: '120000', // software devices take their time to load
    TASKWIRE_DRAIN_MS: '5000',
  };
  const child = spawn(command!, args, {
    env: { ...process.env, ...settings, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const faults: string[] = [];
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"level":50,')) faults.push(line);
      const url = /"event":"listening","url":"([^"]+)"/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
  const url = await Promise.race([listening, ended.then(() => undefined)]);
  if (!url) throw new Error(`the service ended with ${child.exitCode ?? child.signalCode}`);
  const keyFile = join(dataDir, 'owner.key');
  return {
    ...clientOf(url, readFileSync(keyFile, 'utf8').trim()),
    keyFile,
    faults,
    pid: child.pid!,
    ended: ended.then(([code, signal]) => code ?? signal),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      if (code !== 0) throw new Error(`the service ended with ${code ?? signal}`);
    },
  };
};
