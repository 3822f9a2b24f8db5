/** Runners that do what a test says: the one part of the service that is not real in most tests. */
import { deserialize, serialize } from 'node:v8';
import type {
  FromRunner,
  LoadRequest,
  Outcome,
  RunnerInfo,
  ToRunner,
  WireItem,
} from '../../src/engine/protocol.js';
import type { Runner, RunnerExit, RunnerHandlers, StartRunner } from '../../src/engine/runner-process.js';
import type { Usage } from '../../src/job.js';

/** What crosses to another process is a copy; functions and class instances do not survive. */
const copy = <T>(message: T): T => deserialize(serialize(message)) as T;

const batchRunner: RunnerInfo = {
  kind: 'batch',
  streams: 1,
  slots: 1,
  cache: undefined,
  contextTokens: 512,
  device: 'cpu',
  loadMs: 10,
  warmupMicros: 0,
};

export class FakeRunner implements Runner {
  static #pids = 1_000_000;
  readonly pid = FakeRunner.#pids++;
  /** Everything the engine sent, in order. */
  readonly received: ToRunner[] = [];
  alive = true;
  #busyMicros = 0;
  readonly #handlers: RunnerHandlers;
  readonly #script: FakeRunners;

  constructor(handlers: RunnerHandlers, script: FakeRunners) {
    this.#handlers = handlers;
    this.#script = script;
  }

  get load(): LoadRequest | undefined {
    return this.received.find((message) => message.type === 'load');
  }

  get batches(): readonly (readonly WireItem[])[] {
    return this.received.flatMap((message) => (message.type === 'batch' ? [message.items] : []));
  }

  get cancelled(): readonly number[] {
    return this.received.flatMap((message) => (message.type === 'cancel' ? message.ids : []));
  }

  send(message: ToRunner): void {
    if (!this.alive) return;
    const received = copy(message);
    this.received.push(received);
    // A real runner answers on a later turn of the loop, never inside `send`.
    setImmediate(() => {
      if (!this.alive) return;
      if (received.type === 'load') this.#script.onLoad(this);
      else if (received.type === 'batch') this.#script.onBatch(this, received.items);
      else if (received.type === 'cancel') this.#script.onCancel(this, received.ids);
      else this.exit({ code: 0 });
    });
  }

  kill(): void {
    this.exit({ code: null, signal: 'SIGKILL', lastWords: '' });
  }

  exit(exit: Partial<RunnerExit> = {}): void {
    if (!this.alive) return;
    this.alive = false;
    setImmediate(() => this.#handlers.exit({ code: 1, signal: null, lastWords: '', ...exit }));
  }

  say(message: FromRunner): void {
    if (this.alive) this.#handlers.message(copy(message));
  }

  ready(info: Partial<RunnerInfo> = {}): void {
    this.#busyMicros += info.warmupMicros ?? 0;
    this.say({ type: 'ready', info: { ...batchRunner, ...info }, busyMicros: this.#busyMicros });
  }

  /** Answers one input; `deviceMicros` counts as busy time too. */
  answer(id: number, value: unknown = `answer ${id}`, usage: Partial<Usage> = {}): void {
    this.outcome({ id, ok: true, value, usage });
  }

  refuse(id: number, code: string, message = 'refused'): void {
    this.outcome({ id, ok: false, error: { code, message, param: undefined }, usage: {} });
  }

  outcome(...outcomes: Outcome[]): void {
    for (const { usage } of outcomes) this.#busyMicros += usage.deviceMicros ?? 0;
    this.say({ type: 'outcomes', outcomes, busyMicros: this.#busyMicros });
  }

  /** What a runner says every few seconds while its event loop turns. */
  stillAlive(): void {
    this.say({ type: 'alive', rssBytes: 1, busyMicros: this.#busyMicros });
  }

  /** Device time that no input pays for. */
  waste(micros: number): void {
    this.#busyMicros += micros;
  }
}

/** A script for every runner that is started; by default each loads at once and answers with what it was given. */
export class FakeRunners {
  readonly started: FakeRunner[] = [];
  onLoad: (runner: FakeRunner) => void = (runner) => runner.ready();
  onBatch: (runner: FakeRunner, items: readonly WireItem[]) => void = (runner, items) => {
    for (const { id, input } of items) runner.answer(id, input, { inputTokens: 1, deviceMicros: 100 });
  };
  onCancel: (runner: FakeRunner, ids: readonly number[]) => void = () => {};

  readonly start: StartRunner = (handlers) => {
    const runner = new FakeRunner(handlers, this);
    this.started.push(runner);
    return runner;
  };

  get last(): FakeRunner {
    const runner = this.started.at(-1);
    if (!runner) throw new Error('no runner was started');
    return runner;
  }

  /** All inputs that were sent to any runner, in order. */
  get inputs(): readonly unknown[] {
    return this.started.flatMap(({ batches }) => batches.flat().map(({ input }) => input));
  }
}
