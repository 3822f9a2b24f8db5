/** An engine on a clock that stands still, with runners that do what the test says. */
import { pino } from 'pino';
import { defaultLimits, Engine, type EngineOptions } from '../../src/engine/engine.js';
import { watchDeadline } from '../../src/engine/lifetime.js';
import { TaskwireError } from '../../src/errors.js';
import { type Event, type Job, type ModelRef, newProgress, type Progress } from '../../src/job.js';
import { FakeClock } from './fake-clock.js';
import { FakeRunners } from './fake-runner.js';

export interface Submitted {
  /** What the job has told so far. */
  readonly events: readonly Event[];
  readonly progress: Progress;
  /** How it ended: its values in the order of its inputs, or the code of its error. */
  readonly ended: Promise<readonly unknown[] | string>;
  /** The error itself; throws if there was none. */
  readonly error: Promise<TaskwireError>;
  /** Whether it has ended. */
  readonly over: boolean;
  /** The client goes. */
  leave(): void;
}

/** A job's own terms, and the time that its caller gives it. */
export type Asked = Partial<Job> & { readonly timeoutMs?: number };

export const testModel: ModelRef = {
  id: 'test/model',
  folder: '/nowhere',
  dtype: 'fp32',
  pipelineUrl: 'file:///nowhere.js',
  options: {},
};

export class EngineBench {
  readonly clock = new FakeClock();
  readonly runners = new FakeRunners();
  readonly batches: Array<{ readonly rows: number; readonly roundTripMs: number }> = [];
  readonly engine: Engine;
  #jobs = 0;

  constructor(change: Partial<EngineOptions> = {}) {
    this.engine = new Engine({
      start: this.runners.start,
      clock: this.clock,
      log: pino({ level: 'silent' }),
      observer: { batchDone: (_, batch) => void this.batches.push(batch) },
      limits: defaultLimits,
      holdMs: 30_000,
      device: 'cpu',
      threads: 1,
      cacheBytes: 0,
      dedicatedRunners: 0,
      ...change,
    });
  }

  /** A job of texts; the size of one is its length. */
  job(inputs: readonly string[], change: Partial<Job> = {}): Job {
    return {
      id: `job ${++this.#jobs}`,
      account: 'a',
      priority: 0,
      weight: 1,
      model: testModel,
      works: inputs.map((input) => ({ input, size: input.length, bytes: 2 * input.length })),
      params: {},
      signal: new AbortController().signal,
      repeatable: false,
      streaming: false,
      waitForModel: false,
      progress: newProgress(this.clock.now()),
      ...change,
    };
  }

  /** Submits a job; nothing has happened yet when it returns. */
  submit(inputs: readonly string[], { timeoutMs = 60_000, ...change }: Asked = {}): Submitted {
    const lifetime = new AbortController();
    const job = this.job(inputs, { signal: lifetime.signal, ...change });
    const { progress } = job;
    const over = (why: TaskwireError) => lifetime.abort(why);
    const stop = watchDeadline({ timeoutMs, progress, clock: this.clock }, over);
    return follow(this.engine.run(job), job, { leave: () => over(new TaskwireError('client_closed')), stop });
  }

  /** Lets happen what needs no time, or the few milliseconds for which a batch may wait for company. */
  pass(): Promise<void> {
    return this.clock.advance(10);
  }

  /** Submits a job and lets it come as far as it can. */
  async started(inputs: readonly string[], change: Asked = {}): Promise<Submitted> {
    const submitted = this.submit(inputs, change);
    await this.pass();
    return submitted;
  }

  /** Lets time pass until so many milliseconds after the job came. */
  until({ progress }: Submitted, ms: number): Promise<void> {
    return this.clock.advance(progress.submittedAt + ms - this.clock.now());
  }

  /** Loads the model and keeps what is sent from now on unanswered. */
  async holding(): Promise<this> {
    await this.engine.warm(testModel);
    this.runners.onBatch = () => {};
    return this;
  }
}

const follow = (
  run: AsyncIterable<Event>,
  job: Job,
  { leave, stop }: { readonly leave: () => void; readonly stop: () => void },
): Submitted => {
  const events: Event[] = [];
  const state = { over: false };
  const read = async (): Promise<readonly unknown[]> => {
    const values: unknown[] = [];
    try {
      for await (const event of run) {
        events.push(event);
        if (event.type === 'result') values[event.index] = event.value;
      }
    } finally {
      stop();
      state.over = true;
    }
    return values;
  };
  const reading = read();
  const error = reading.then(
    () => Promise.reject(new Error('the job succeeded')),
    (caught: unknown) => TaskwireError.from(caught),
  );
  error.catch(() => {}); // only those who ask for it care
  return {
    events,
    progress: job.progress,
    ended: reading.catch((caught: unknown) => TaskwireError.from(caught).code),
    error,
    get over() {
      return state.over;
    },
    leave,
  };
};
