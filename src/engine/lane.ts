/** One model's lane: its queue, its runner, what is in flight, and what becomes of that when the runner dies. */
import { TaskwireError } from '../errors.js';
import { addUsage, type Event, isPaid, type Job } from '../job.js';
import { type Clock, pause } from '../metering/clock.js';
import { TransientMap } from '../transient-map.js';
import { BatchQueue } from './batch-queue.js';
import {
  type Batch,
  countIn,
  type Entry,
  entriesOf,
  newBatch,
  newRun,
  type Run,
  setUsed,
  tellUsed,
} from './in-flight.js';
import { type AtRunner, Pace } from './pace.js';
import type { FromRunner, Outcome } from './protocol.js';
import type { Quarantine } from './quarantine.js';
import { checkRoom, type LaneLimits } from './queue-limits.js';
import { RunnerHost, type RunnerHostOptions, type WorkMessage } from './runner-host.js';
import { UnitCost } from './unit-cost.js';

export interface LaneObserver {
  batchDone(model: string, batch: { readonly rows: number; readonly roundTripMs: number }): void;
}

export interface LaneOptions extends RunnerHostOptions {
  /** Whom it serves alone; absent: everybody. */
  readonly owner?: string | undefined;
  readonly limits: LaneLimits;
  readonly quarantine: Quarantine;
  readonly observer: LaneObserver;
  /** How long a job waits for a model that is loading. */
  readonly holdMs: number;
}

/** How long the last word of a cancelled input is waited for, so that its cost is known. */
const lastWordMs = 5_000;

export class Lane {
  readonly host: RunnerHost;
  /** Model and variant. */
  readonly name: string;
  readonly owner: string | undefined;
  readonly #options: LaneOptions;
  readonly #clock: Clock;
  readonly #queue: BatchQueue<Entry>;
  /** By message id. */
  readonly #inFlight = new TransientMap<number, { readonly entry: Entry; readonly batch: Batch }>();
  readonly #batches = new Set<Batch>();
  readonly #unitCost = new UnitCost();
  readonly #pace: Pace;
  #nextId = 1;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.name = `${options.load.modelId}@${options.load.dtype}`;
    this.owner = options.owner;
    this.#clock = options.clock;
    this.#queue = new BatchQueue(options.clock);
    this.#pace = new Pace({
      clock: options.clock,
      queue: this.#queue,
      unitCost: this.#unitCost,
      dispatch: () => this.#dispatch(),
    });
    this.host = new RunnerHost(options, {
      ready: () => this.#dispatch(),
      lost: () => this.#onLost(),
      wanted: () => this.#queue.entries > 0,
      abandoned: (error) => {
        for (const run of this.#queue.runs) this.#fail(run, error);
      },
      message: (message) => this.#onMessage(message),
    });
  }

  get stats(): {
    readonly queuedJobs: number;
    readonly queuedInputs: number;
    readonly runningInputs: number;
  } {
    return {
      queuedJobs: this.#queue.jobs,
      queuedInputs: this.#queue.entries,
      runningInputs: this.#inFlight.size,
    };
  }

  /** By priority: how far accounts that wait side by side are apart in device time. */
  get lagMicros(): ReadonlyMap<number, number> {
    return this.#queue.lagMicros();
  }

  get working(): boolean {
    return this.#inFlight.size > 0;
  }

  /**
   * Runs a job and tells its events; ends when every input has its result, throws a `TaskwireError` otherwise. Leaving
   * the loop early cancels what is left: what waits never reaches the runner, what runs is told to stop.
   */
  async *run(job: Job): AsyncGenerator<Event, void, void> {
    const run = newRun(job);
    const { channel } = run;
    const onOver = () => this.#fail(run, TaskwireError.from(job.signal.reason));
    if (job.signal.aborted) onOver();
    else job.signal.addEventListener('abort', onOver, { once: true });
    try {
      this.#refuse(job);
      if (!channel.ended) this.#enqueue(run);
      if (this.host.state.state !== 'ready') await this.#hold(run);
      if (!channel.ended) yield { type: 'accepted' };
      yield* channel;
    } finally {
      job.signal.removeEventListener('abort', onOver);
      await this.#withdraw(run);
    }
  }

  /** Seconds until what waits now should be worked off, from the measured cost of a unit. */
  get retryAfterSeconds(): number {
    return this.#unitCost.retryAfterSeconds(this.#queue.cost);
  }

  /** What waits for a loading model stands in the queue and counts like all else. */
  #refuse(job: Job): void {
    const { limits, quarantine, load } = this.#options;
    if (job.works.some(({ input }) => quarantine.has(load.modelId, input, job.params))) {
      throw new TaskwireError('input_quarantined');
    }
    checkRoom(this.#queue, job, { limits, retryAfterSeconds: this.retryAfterSeconds });
  }

  /** Waits for the runner: as long as the hold, or as long as the job lives when it asked to wait. */
  async #hold({ job, channel }: Run): Promise<void> {
    let cancelTimer = () => {};
    const gaveUp = new Promise<'held' | 'ended'>((resolve) => {
      if (!job.waitForModel) cancelTimer = this.#clock.after(this.#options.holdMs, () => resolve('held'));
      channel.onEnd(() => resolve('ended'));
    });
    try {
      if ((await Promise.race([this.host.ready(), gaveUp])) !== 'held') return;
      throw new TaskwireError('model_loading', {
        retryAfterSeconds: Math.ceil(this.host.remainingLoadMs / 1000),
      });
    } finally {
      cancelTimer();
    }
  }

  #enqueue(run: Run): void {
    this.#queue.push(entriesOf(run));
    const { state } = this.host;
    if (state.state === 'ready' && this.#pace.looksFirst(state.info, this.#atRunner)) return;
    this.#dispatch();
  }

  get #atRunner(): AtRunner {
    let isExclusive = false;
    for (const batch of this.#batches) isExclusive ||= batch.exclusive;
    return { batches: this.#batches.size, inputs: this.#inFlight.size, isExclusive };
  }

  /** Sends what there is room for. */
  #dispatch(): void {
    for (;;) {
      const { state } = this.host;
      const atRunner = this.#atRunner;
      if (state.state !== 'ready' || !this.#pace.hasRoom(state.info, atRunner)) return;
      if (this.#pace.lingers(state.info, atRunner)) return;
      const first = atRunner.batches > 0 && this.#queue.nextIsNew;
      const limits = this.#pace.limits(state.info, atRunner);
      const entries = this.#queue.take(limits, this.#unitCost.micros);
      if (!entries) return;
      this.#send(entries, first);
    }
  }

  #send(entries: readonly Entry[], first: boolean): void {
    const now = this.#clock.now();
    const batch = newBatch(entries, now);
    this.#batches.add(batch);
    const items = entries.map((entry) => {
      const id = this.#nextId++;
      this.#inFlight.set(id, { entry, batch });
      entry.run.inFlight.add(id);
      entry.run.job.progress.startedAt ??= now;
      const { input, account: scope, priority } = entry;
      return { id, input, params: entry.run.job.params, scope, priority };
    });
    this.host.send({ type: 'batch', items, first });
  }

  #onMessage(message: Extract<FromRunner, { type: WorkMessage }>): void {
    if (message.type === 'outcomes') {
      for (const outcome of message.outcomes) this.#onOutcome(outcome);
      this.#dispatch();
      return;
    }
    const found = this.#inFlight.get(message.id);
    if (!found) return;
    const { entry } = found;
    const { job, channel } = entry.run;
    if (message.type === 'delta') {
      entry.begun = job.progress.hasBegun = true;
      channel.push({ type: 'delta', index: entry.index, delta: message.delta });
      return;
    }
    if (message.type === 'used') {
      setUsed(entry, message.deviceMicros);
      return tellUsed(entry.run);
    }
    entry.measuredAfter ??= entry.kills;
    if (entry.measuredAfter === entry.kills) {
      if (!entry.run.closed) addUsage(job.progress.usage, message.usage);
      channel.push({ type: 'measured', index: entry.index, usage: message.usage });
    }
  }

  #onOutcome(outcome: Outcome): void {
    const found = this.#inFlight.get(outcome.id);
    if (!found) return;
    const { entry, batch } = found;
    const { run } = entry;
    this.#inFlight.delete(outcome.id);
    run.inFlight.delete(outcome.id);
    setUsed(entry, 0);
    this.#queue.done(entry, outcome.usage.deviceMicros ?? 0);
    countIn(batch, entry, outcome);
    if (--batch.pending === 0) this.#onBatchDone(batch);
    if (run.closed) return;
    addUsage(run.job.progress.usage, outcome.usage);
    if (!outcome.ok) this.#fail(run, TaskwireError.fromMessage(outcome.error));
    else {
      run.channel.push({ type: 'result', index: entry.index, value: outcome.value });
      if (--run.remaining === 0) run.channel.end();
      else tellUsed(run);
    }
    if (run.inFlight.size === 0) run.quiet?.();
  }

  #onBatchDone(batch: Batch): void {
    this.#batches.delete(batch);
    const { rows, longest, deviceMicros } = batch.computed;
    this.#unitCost.measured(longest * rows, deviceMicros);
    const { observer, load } = this.#options;
    observer.batchDone(load.modelId, { rows: batch.rows, roundTripMs: this.#clock.now() - batch.sentAt });
  }

  /** The runner died with everything it held: what has sent nothing runs again, alone; nothing runs a third time. */
  #onLost(): void {
    const lost = [...this.#inFlight.values()].map(({ entry }) => entry);
    this.#inFlight.clear();
    this.#batches.clear();
    for (const entry of lost) {
      const { run } = entry;
      this.#queue.done(entry, 0);
      setUsed(entry, 0);
      run.inFlight.clear();
      run.quiet?.();
      if (run.channel.ended) continue;
      if (++entry.kills < 2 && !entry.begun) {
        this.#queue.pushAlone(entry);
        continue;
      }
      if (entry.kills >= 2)
        this.#options.quarantine.add(this.#options.load.modelId, entry.input, run.job.params);
      this.#fail(run, new TaskwireError('runner_failed'));
    }
  }

  /** What waits of it leaves the queue at once, before the next batch is made up. */
  #fail(run: Run, error: TaskwireError): void {
    this.#queue.drop(run);
    run.channel.fail(error);
  }

  /**
   * Takes a run's inputs back wherever they are. Who pays for what was done until then waits for the last word of his
   * inputs; in any other failure it costs nothing and nobody waits.
   */
  async #withdraw(run: Run): Promise<void> {
    run.channel.end();
    this.#queue.drop(run);
    if (run.inFlight.size > 0) {
      this.host.send({ type: 'cancel', ids: [...run.inFlight] });
      const { signal, progress } = run.job;
      if (signal.aborted && isPaid(TaskwireError.from(signal.reason), progress)) {
        const quiet = new Promise<void>((resolve) => {
          run.quiet = resolve;
        });
        await Promise.race([quiet, pause(this.#clock, lastWordMs)]);
      }
    }
    run.closed = true;
  }
}
