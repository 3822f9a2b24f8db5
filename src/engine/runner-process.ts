/** One runner: a child process that holds one model. Starts it, carries messages, keeps its last words. */
import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FromRunner, FromRunnerTogether, ToRunner } from './protocol.js';
import { runnerEnvironment } from './runner-environment.js';

export interface Runner {
  readonly pid: number | undefined;
  send(message: ToRunner): void;
  /** Ends it at once, whatever it does. `close` as a message is the gentle form. */
  kill(): void;
}

export interface RunnerExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to stdout and stderr. */
  readonly lastWords: string;
}

export interface RunnerHandlers {
  message(message: FromRunner): void;
  exit(exit: RunnerExit): void;
}

/** The seam at which tests put a scripted runner. */
export type StartRunner = (handlers: RunnerHandlers) => Runner;

const lastWordsBytes = 8192;
/** Megabytes; as for the HTTP process in package.json. Requests make much that is soon forgotten (docs/bench-log.md). */
const roomForYoungObjects = '--max-semi-space-size=64';
const entry = fileURLToPath(new URL('../runner/main.js', import.meta.url));

const forkRunner = () =>
  fork(entry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [roomForYoungObjects],
    env: runnerEnvironment(process.env),
  });

export const startRunnerProcess: StartRunner = (handlers) => {
  let child: ChildProcess;
  try {
    child = forkRunner();
  } catch (error) {
    return neverStarted(error as Error, handlers);
  }
  let lastWords = '';
  let isOver = false;
  const end = (code: number | null, signal: string | null) => {
    if (isOver) return;
    isOver = true;
    handlers.exit({ code, signal, lastWords: lastWords.trim() });
  };
  const listen = (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-lastWordsBytes);
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  child.on('message', (messages) => {
    for (const message of messages as FromRunnerTogether) handlers.message(message);
  });
  // A send that races with the child's death fails; the exit below tells the story, unless no process was made at all.
  child.on('error', (error) => {
    listen(Buffer.from(`${error.message}\n`));
    if (child.pid === undefined) end(null, null);
  });
  // 'close' rather than 'exit': by then the pipes have been read to their end.
  child.once('close', end);
  yieldCoresTo(child.pid);
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message, (error) => error && listen(Buffer.from(`${error.message}\n`)));
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

/** The system has no memory or no handles for one more process: that, too, is an end, and one that is tried again. */
const neverStarted = ({ message }: Error, { exit }: RunnerHandlers): Runner => {
  setImmediate(() => exit({ code: null, signal: null, lastWords: message }));
  return { pid: undefined, send() {}, kill() {} };
};

/**
 * Runners compute on every core; a lower priority lets the HTTP process answer meanwhile (bench/health: p99 of
 * `/health` under full load).
 */
const yieldCoresTo = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Ended already, or a platform that forbids it: only latency under load is lost.
  }
};
