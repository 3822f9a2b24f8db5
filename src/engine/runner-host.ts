/** Keeps one model's runner alive: loads it, restarts it with back-off, remembers how long loading takes. */
import type { Logger } from 'pino';
import { TaskwireError } from '../errors.js';
import type { Clock } from '../metering/clock.js';
import { revisionOf } from './model-revision.js';
import type { FromRunner, LoadRequest, RunnerInfo, ToRunner } from './protocol.js';
import type { Runner, RunnerExit, StartRunner } from './runner-process.js';

export type HostState =
  | { readonly state: 'cold' }
  /** `runner` is absent while a restart waits out its back-off. */
  | { readonly state: 'loading'; readonly runner?: Runner; readonly since: number; readonly stage: string }
  | { readonly state: 'ready'; readonly runner: Runner; readonly info: RunnerInfo }
  | { readonly state: 'dead'; readonly cause: string; readonly retryAt: number };

/** What is about work in flight. */
export type WorkMessage = 'measured' | 'used' | 'delta' | 'outcomes';

export interface HostEvents {
  /** The runner can take work. */
  ready(info: RunnerInfo): void;
  /** A ready runner ended; what it held is lost. */
  lost(exit: RunnerExit): void;
  /** Whether work waits, for which a failed load is tried again. */
  wanted(): boolean;
  /** No runner will come for what waits. */
  abandoned(error: TaskwireError): void;
  /** Anything about work in flight. */
  message(message: Extract<FromRunner, { type: WorkMessage }>): void;
}

export interface RunnerHostOptions {
  readonly start: StartRunner;
  readonly load: LoadRequest;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A runner that gets nowhere for so long, while it has work or is loading, hangs and is ended. */
const stallMs = 120_000;
/** The longest that loading may take, however alive the runner is. */
const maxLoadMs = 600_000;
/** A runner that was told to end, or cannot load, may take so long to do so. */
const endMs = 5_000;
const firstLoadRetryMs = 10_000;
const lastLoadRetryMs = 5 * 60_000;
/** Two deaths in a row are what one poisonous input causes; only from the third on does a restart wait. */
const freeRestarts = 2;
const firstRestartMs = 250;
const lastRestartMs = 30_000;
/** Before anything was measured. */
const guessedLoadMs = 3_000;

/** What is told to who asks a service that ends. */
export const draining = (): TaskwireError => new TaskwireError('draining', { retryAfterSeconds: 5 });

const doubling = (first: number, times: number, most: number): number => Math.min(most, first * 2 ** times);

export class RunnerHost {
  readonly #options: RunnerHostOptions;
  readonly #events: HostEvents;
  #state: HostState = { state: 'cold' };
  #waiting: Array<(error?: TaskwireError) => void> = [];
  #deathsInARow = 0;
  #failedLoads = 0;
  #loadMs: number | undefined;
  #closing = false;
  #revision = '';
  /** Runners that are about to end, until they have, and what cancels the time they have for it. */
  readonly #ending = new Map<Runner, () => void>();
  #lastWordAt = 0;
  /** Device time of the runners that have ended, and of the one that lives. */
  #pastBusyMicros = 0;
  #busyMicros = 0;
  restarts = 0;
  rssBytes = 0;

  constructor(options: RunnerHostOptions, events: HostEvents) {
    this.#options = options;
    this.#events = events;
  }

  get state(): HostState {
    return this.#state;
  }

  /** Of the files that the runner has loaded, or loads; `undefined` while there is none. */
  get revision(): string | undefined {
    return this.#runner() && this.#revision;
  }

  /** Device time of all runs of this model, in microseconds. */
  get busyMicros(): number {
    return this.#pastBusyMicros + this.#busyMicros;
  }

  /** How long the load in progress should still take, from this model's own history. At least one second. */
  get remainingLoadMs(): number {
    const spent = this.#state.state === 'loading' ? this.#options.clock.now() - this.#state.since : 0;
    return Math.max(1000, (this.#loadMs ?? guessedLoadMs) - spent);
  }

  /** Resolves when the runner is ready, starting it if need be; rejects with `model_unavailable` or `draining`. */
  ready(): Promise<void> {
    if (this.#closing) return Promise.reject(draining());
    this.load();
    const state = this.#state;
    if (state.state === 'ready') return Promise.resolve();
    if (state.state === 'dead') return Promise.reject(this.#unavailable(state));
    return new Promise((resolve, reject) => {
      this.#waiting.push((error) => (error ? reject(error) : resolve()));
    });
  }

  /** Starts loading unless it is under way, done, or must not be tried again yet. */
  load(): void {
    if (this.#closing) return;
    const { state } = this.#state;
    const retryable = this.#state.state === 'dead' && this.#options.clock.now() >= this.#state.retryAt;
    if (state === 'cold' || retryable) this.#start();
  }

  send(message: ToRunner): void {
    if (this.#state.state === 'ready') this.#state.runner.send(message);
  }

  /** Ends a runner that has nothing to do; the next job starts another. */
  unload(): void {
    if (this.#state.state !== 'ready') return;
    const { runner } = this.#state;
    this.#state = { state: 'cold' };
    this.#letEnd(runner);
    runner.send({ type: 'close' });
    this.#options.log.info({ event: 'model_unloaded', model: this.#options.load.modelId });
  }

  kill(): void {
    this.#closing = true;
    for (const runner of this.#ending.keys()) runner.kill();
    this.#runner()?.kill();
    this.#release(draining());
    this.#events.abandoned(draining());
  }

  /** Ends a runner that hangs. Called now and then; `working` says whether it owes us something. */
  checkStall(working: boolean): void {
    const now = this.#options.clock.now();
    const loading = this.#state.state === 'loading' ? this.#state : undefined;
    if (!working && !loading) this.#lastWordAt = now;
    else if (now - this.#lastWordAt > stallMs || (loading?.runner && now - loading.since > maxLoadMs)) {
      this.#options.log.error({ event: 'runner_stalled', model: this.#options.load.modelId, stallMs });
      this.#lastWordAt = now;
      this.#runner()?.kill();
    }
  }

  #runner(): Runner | undefined {
    return this.#state.state === 'loading' || this.#state.state === 'ready' ? this.#state.runner : undefined;
  }

  #start(): void {
    const { start, load, clock } = this.#options;
    this.#lastWordAt = clock.now();
    // Before it reads them: files that are replaced meanwhile then count as the old ones, which nobody asks for later.
    this.#revision = revisionOf(load.folder);
    // What a runner says or does that is no longer the current one is of no interest.
    const runner = start({
      message: (message) => this.#runner() === runner && this.#onMessage(runner, message),
      exit: (exit) => {
        this.#ending.get(runner)?.();
        this.#ending.delete(runner);
        if (this.#runner() === runner) this.#onExit(exit);
      },
    });
    this.#state = { state: 'loading', runner, since: clock.now(), stage: 'starting' };
    runner.send({ type: 'load', ...load });
  }

  #onMessage(runner: Runner, message: FromRunner): void {
    // The event loop turns while a run hangs; then no device time adds up.
    const stuck =
      message.type === 'alive' && this.#state.state === 'ready' && message.busyMicros === this.#busyMicros;
    if (!stuck) this.#lastWordAt = this.#options.clock.now();
    switch (message.type) {
      case 'loading':
        if (this.#state.state === 'loading') this.#state = { ...this.#state, stage: message.stage };
        return;
      case 'ready':
        return this.#onReady(message.info, message.busyMicros);
      case 'loadFailed':
        this.#letEnd(runner);
        return this.#onLoadFailed(message.message);
      case 'alive':
        this.rssBytes = message.rssBytes;
        this.#busyMicros = message.busyMicros;
        return;
      case 'outcomes':
        this.#busyMicros = message.busyMicros;
        if (message.outcomes.some((outcome) => outcome.ok)) this.#deathsInARow = 0;
    }
    this.#events.message(message);
  }

  #onReady(info: RunnerInfo, busyMicros: number): void {
    const { log, load, clock } = this.#options;
    if (this.#state.state !== 'loading' || !this.#state.runner) return;
    this.#loadMs = clock.now() - this.#state.since;
    this.#busyMicros = busyMicros;
    this.#failedLoads = 0;
    this.#state = { state: 'ready', runner: this.#state.runner, info };
    const { device, loadMs, contextTokens, cache } = info;
    log.info({
      event: 'model_ready',
      model: load.modelId,
      device,
      loadMs: Math.round(loadMs),
      contextTokens,
      cache,
    });
    this.#release();
    this.#events.ready(info);
  }

  /**
   * Who waits for the load hears of it at once. What was accepted by a runner that died waits for the next try, and for
   * no more than that.
   */
  #onLoadFailed(cause: string): void {
    const { clock, log, load } = this.#options;
    const waitMs = doubling(firstLoadRetryMs, this.#failedLoads, lastLoadRetryMs);
    log.error({ event: 'model_load_failed', model: load.modelId, cause, retryInMs: waitMs });
    const dead = { state: 'dead', cause, retryAt: clock.now() + waitMs } as const;
    this.#state = dead;
    this.#release(this.#unavailable(dead));
    if (this.#failedLoads++ > 0) this.#events.abandoned(this.#unavailable(dead));
    clock.after(waitMs, () => !this.#closing && this.#events.wanted() && this.load());
  }

  #onExit(exit: RunnerExit): void {
    const { log, load, clock } = this.#options;
    this.#retire();
    const { state } = this.#state;
    if (this.#closing) {
      this.#state = { state: 'cold' };
      if (state === 'ready') this.#events.lost(exit);
      this.#events.abandoned(draining());
      return;
    }
    log.error({ event: 'runner_exit', model: load.modelId, ...exit });
    if (state === 'loading')
      return this.#onLoadFailed(exit.lastWords || `ended with ${exit.signal ?? exit.code}`);
    this.restarts++;
    const waitMs =
      this.#deathsInARow < freeRestarts
        ? 0
        : doubling(firstRestartMs, this.#deathsInARow - freeRestarts, lastRestartMs);
    this.#deathsInARow++;
    this.#state = { state: 'loading', since: clock.now(), stage: 'restarting' };
    this.#events.lost(exit);
    if (waitMs === 0) this.#start();
    else clock.after(waitMs, () => !this.#closing && this.#start());
  }

  /** It should end by itself. */
  #letEnd(runner: Runner): void {
    this.#retire();
    this.#ending.set(
      runner,
      this.#options.clock.after(endMs, () => runner.kill()),
    );
  }

  /** A runner's books are closed. */
  #retire(): void {
    this.#pastBusyMicros = this.busyMicros;
    this.#busyMicros = 0;
    this.rssBytes = 0;
  }

  #release(error?: TaskwireError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume(error);
  }

  #unavailable(state: Extract<HostState, { state: 'dead' }>): TaskwireError {
    return new TaskwireError('model_unavailable', {
      retryAfterSeconds: Math.max(1, Math.ceil((state.retryAt - this.#options.clock.now()) / 1000)),
      cause: state.cause,
    });
  }
}
