/** What Prometheus sees. Requests are counted in one place (`infer`'s end), engine figures are read when scraped. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../admission/admission.js';
import type { Engine } from '../engine/engine.js';
import type { LaneObserver } from '../engine/lane.js';
import type { TaskwireError } from '../errors.js';
import type { Progress, Usage } from '../job.js';

export interface RequestDone {
  readonly call: {
    readonly id: string;
    readonly task: { readonly name: string };
    readonly caller: { readonly payer: { readonly plan: { readonly priority: number } } };
  };
  readonly model: string | undefined;
  readonly outcome: Outcome | TaskwireError;
  readonly usage: Usage;
  /** Whether what was used is in the bill. */
  readonly isPaid: boolean;
  readonly queueMs: number;
  readonly computeMs: number;
  readonly cache?: Progress['cache'];
}

export interface RequestObserver {
  requestDone(done: RequestDone): void;
}

type Lane = Engine['lanes'] extends ReadonlyMap<string, infer L> ? L : never;

const cacheOf = ({ host: { state } }: Lane) => (state.state === 'ready' ? state.info.cache : undefined);

/** Name, help, and how it is read from a lane; `undefined`: not known. */
type LaneFigure = readonly [name: string, help: string, read: (lane: Lane) => number | undefined];

const laneFigures: readonly LaneFigure[] = [
  ['queue_requests', 'Requests waiting for a model, its loading included.', ({ stats }) => stats.queuedJobs],
  ['queue_inputs', 'Inputs waiting for a runner.', ({ stats }) => stats.queuedInputs],
  ['running_inputs', 'Inputs at a runner.', ({ stats }) => stats.runningInputs],
  ['runner_ready', 'Whether the model is loaded.', ({ host }) => Number(host.state.state === 'ready')],
  ['runner_restarts', 'Runners that ended without being told to.', ({ host }) => host.restarts],
  ['runner_rss_bytes', 'Memory of the runner.', ({ host }) => host.rssBytes],
  ['cache_slots', 'Texts that a language model decodes side by side.', (lane) => cacheOf(lane)?.slots],
  [
    'cache_bytes',
    "Memory that a language model's cache of keys and values takes when it is full.",
    (lane) => cacheOf(lane)?.bytes,
  ],
  ['device_busy_seconds', 'Device time of all runs.', ({ host }) => host.busyMicros / 1e6],
];

type Labels = Readonly<Record<string, string | number>>;
type Reading = readonly [labels: Labels, value: number];

const readLane = (lane: Lane, read: LaneFigure[2]): readonly Reading[] => {
  const { name: model, owner } = lane;
  const value = read(lane);
  return value === undefined ? [] : [[owner === undefined ? { model } : { model, owner }, value]];
};

/** The most of each priority. */
const readLags = (lanes: readonly Lane[]): readonly Reading[] => {
  const most = new Map<number, number>();
  for (const [priority, micros] of lanes.flatMap(({ lagMicros }) => [...lagMicros]))
    most.set(priority, Math.max(micros, most.get(priority) ?? micros));
  return Array.from(most, ([priority, micros]) => [{ priority }, micros / 1e6]);
};

interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
}

/** From a cached embedding to a long generation. */
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export class Metrics implements RequestObserver, LaneObserver {
  readonly registry = new Registry();
  #billedMicros = 0;

  readonly #requests = this.#counter('requests_total', 'Inference requests by how they ended.', [
    'task',
    'model',
    'code',
  ]);
  readonly #seconds = this.#histogram(
    'request_seconds',
    'Time of inference requests, by phase.',
    ['task', 'phase'],
    secondsBuckets,
  );
  readonly #tokens = this.#counter('tokens_total', 'Tokens read and written.', ['model', 'direction']);
  readonly #rows = this.#histogram(
    'batch_inputs',
    'Inputs sent to a runner at once.',
    ['model'],
    [1, 2, 4, 8, 16, 32, 64],
  );
  readonly #trip = this.#histogram(
    'batch_seconds',
    'From sending a batch to its last result.',
    ['model'],
    secondsBuckets,
  );

  readonly #levelSeconds = this.#counter('level_device_seconds', 'Device time by priority of the plan.', [
    'priority',
  ]);
  readonly #levelQueue = this.#histogram(
    'level_queue_seconds',
    'Time that requests waited, by priority of the plan.',
    ['priority'],
    secondsBuckets,
  );

  readonly #cached = this.#counter('cache_requests_total', 'Requests that looked for a kept answer.', [
    'model',
    'cache',
  ]);

  /** Reads the engine's own books at every scrape. */
  watch(engine: Pick<Engine, 'lanes'>): void {
    collectDefaultMetrics({ register: this.registry, prefix: 'taskwire_' });
    const lanes = () => [...engine.lanes.values()];
    for (const [name, help, read] of laneFigures) {
      const collect = () => lanes().flatMap((lane) => readLane(lane, read));
      this.#gauge({ name, help, labelNames: ['model', 'owner'] }, collect);
    }
    this.#gauge(
      {
        name: 'fair_lag_seconds',
        help: 'How far accounts of one priority that wait side by side are apart in device time: a few batches at most.',
        labelNames: ['priority'],
      },
      () => readLags(lanes()),
    );
    this.#gauge(
      {
        name: 'device_unbilled_seconds',
        help: 'Device time that belongs to no request: warm-up, failed and repeated runs, and what is still running.',
        labelNames: [],
      },
      () => {
        const busyMicros = lanes().reduce((sum, { host }) => sum + host.busyMicros, 0);
        return [[{}, (busyMicros - this.#billedMicros) / 1e6]];
      },
    );
  }

  requestDone({
    call,
    model = 'unknown',
    outcome,
    usage,
    isPaid,
    queueMs,
    computeMs,
    cache = 'off',
  }: RequestDone): void {
    const task = call.task.name;
    const code = typeof outcome === 'string' ? outcome : outcome.code;
    this.#requests.inc({ task, model, code });
    if (isPaid) this.#billedMicros += usage.deviceMicros;
    if (cache !== 'off') this.#cached.inc({ model, cache });
    const { priority } = call.caller.payer.plan;
    this.#levelSeconds.inc({ priority }, usage.deviceMicros / 1e6);
    if (outcome !== 'succeeded') return;
    this.#levelQueue.observe({ priority }, queueMs / 1000);
    this.#seconds.observe({ task, phase: 'queue' }, queueMs / 1000);
    this.#seconds.observe({ task, phase: 'compute' }, computeMs / 1000);
    this.#tokens.inc({ model, direction: 'input' }, usage.inputTokens);
    this.#tokens.inc({ model, direction: 'output' }, usage.outputTokens);
  }

  batchDone(model: string, { rows, roundTripMs }: { rows: number; roundTripMs: number }): void {
    this.#rows.observe({ model }, rows);
    this.#trip.observe({ model }, roundTripMs / 1000);
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name: `taskwire_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name: `taskwire_${name}`, help, labelNames, buckets, registers: [this.registry] });
  }

  #gauge({ name, help, labelNames }: GaugeOptions, read: () => readonly Reading[]): void {
    new Gauge({
      name: `taskwire_${name}`,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        // What is not known any more (the cache of a model that was unloaded) is not told again.
        this.reset();
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  }
}
