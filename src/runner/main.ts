/** Child entry: holds one model. Says when it is ready, works off what it is sent, ends with its parent. */
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FromRunner, FromRunnerTogether, LoadRequest, ToRunner, WireItem } from '../engine/protocol.js';
import { BatchWorker } from './batch-worker.js';
import { DeviceClock } from './device-clock.js';
import { cpu } from './devices/cpu.js';
import { deviceByName } from './devices/index.js';
import { GenerateWorker } from './generate-worker.js';
import { ModelFolder } from './model-folder.js';
import { leaveGroup } from './own-group.js';
import type { BatchPipeline, GeneratePipeline, OpenPipeline } from './pipeline.js';
import { Session } from './session.js';
import { Turns } from './turns.js';

interface Worker {
  execute(items: readonly WireItem[], first: boolean): Promise<void>;
  cancel(ids: readonly number[]): void;
}

const aliveMs = 5_000;
/** Beside the sources: the compiler copies no models. */
const graphs = new URL('../../../src/runner/graphs/', import.meta.url);
/** Of the memory for one decoder's cache, unless a setting says otherwise. Only what is used is really taken. */
const cacheShare = 0.25;
/** The machine's, or as much of it as a container may take. */
const memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** Said in this turn of the event loop, and not sent yet. */
let unsent: FromRunner[] = [];

/** Messages of one turn travel as one: each that travels is a system call, and wakes the HTTP process. */
const send = (message: FromRunner): void => {
  if (unsent.length === 0) setImmediate(() => flush());
  unsent.push(message);
};

const flush = (sent?: () => void): void => {
  if (unsent.length === 0 && !sent) return;
  process.send?.(unsent satisfies FromRunnerTogether, undefined, {}, sent);
  unsent = [];
};

const clock = new DeviceClock();
let worker: Worker | undefined;
let working = 0;
let closing = false;

const openPipeline = async ({
  folder,
  dtype,
  options,
  device,
  threads,
  pipelineUrl,
  cacheBytes,
}: LoadRequest) => {
  const model = new ModelFolder(folder, dtype, options);
  const deviceOf = deviceByName(device);
  const streams = deviceOf.concurrentRuns(threads);
  // One more than there are cores: while the outputs of one are read and told, no core waits (docs/bench-log.md).
  const turns = new Turns(streams > 1 ? streams + 1 : streams);
  const { open } = (await import(pipelineUrl)) as { open: OpenPipeline };
  return open(model, {
    cacheBytes: cacheBytes || Math.floor(memoryBytes * cacheShare),
    hasPart: (part) => model.onnx(part) !== undefined,
    async openSession(part, { sideBySide = true } = {}) {
      const path = model.onnx(part);
      if (!path) throw new Error(`${folder} has no onnx/${part} in ${dtype}`);
      send({ type: 'loading', stage: `opening ${part}` });
      return Session.open(path, { device: deviceOf, threads, clock, turns, sideBySide });
    },
    openGraph: (name) =>
      Session.open(fileURLToPath(new URL(`${name}.onnx`, graphs)), {
        device: cpu,
        threads,
        clock,
        turns,
        sideBySide: true,
      }),
  });
};

const makeWorker = (pipeline: BatchPipeline | GeneratePipeline, streams: number): Worker =>
  pipeline.kind === 'batch'
    ? new BatchWorker({
        pipeline,
        streams,
        answer(outcomes) {
          if (outcomes.length > 0) send({ type: 'outcomes', outcomes, busyMicros: clock.busyMicros });
        },
      })
    : new GenerateWorker({ pipeline, busyMicros: () => clock.busyMicros, send });

/** One real input through everything, its answer thrown away: the first client should not pay for cold caches. */
const warmUp = async (pipeline: BatchPipeline | GeneratePipeline): Promise<void> => {
  send({ type: 'loading', stage: 'warming up' });
  const { input, params } = pipeline.warmupInput();
  if (pipeline.kind === 'generate') {
    const signal = new AbortController().signal;
    await pipeline.generate({
      input,
      params,
      scope: '',
      priority: 0,
      signal,
      measured() {},
      delta() {},
      bill() {},
    });
  } else {
    const prepared = await pipeline.prepare(input, params);
    const { outputs } = await pipeline.run(prepared.rows);
    prepared.finish(outputs);
  }
};

const load = async (request: LoadRequest): Promise<void> => {
  const startedAt = performance.now();
  try {
    const pipeline = await openPipeline(request);
    await warmUp(pipeline);
    const streams = deviceByName(request.device).concurrentRuns(request.threads);
    worker = makeWorker(pipeline, streams);
    const info = {
      kind: pipeline.kind,
      streams,
      slots: pipeline.kind === 'generate' ? pipeline.slots : 1,
      contextTokens: pipeline.contextTokens,
      device: request.device,
      cache: pipeline.kind === 'generate' ? pipeline.cache : undefined,
      loadMs: performance.now() - startedAt,
      warmupMicros: clock.busyMicros,
    };
    send({ type: 'ready', info, busyMicros: clock.busyMicros });
  } catch (error) {
    console.error(error);
    const message = error instanceof Error ? error.message : String(error);
    send({ type: 'loadFailed', message });
    flush(() => process.disconnect());
  }
};

const execute = async (items: readonly WireItem[], first: boolean): Promise<void> => {
  if (!worker) throw new Error('work came before the model was ready: this is a bug');
  working++;
  await worker.execute(items, first);
  working--;
  endWhenDone();
};

const endWhenDone = (): void => {
  // What was said last must have been sent.
  if (closing && working === 0) flush(() => process.disconnect());
};

process.on('message', (message: ToRunner) => {
  switch (message.type) {
    case 'load':
      void load(message);
      return;
    case 'batch':
      void execute(message.items, message.first);
      return;
    case 'cancel':
      worker?.cancel(message.ids);
      return;
    case 'close':
      closing = true;
      endWhenDone();
  }
});

leaveGroup();
// Until then, or from a supervisor; the parent decides when a runner ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// Without its parent a runner has no purpose. `exit`, because a native thread pool keeps the process alive otherwise.
process.on('disconnect', () => process.exit());

setInterval(
  () => send({ type: 'alive', rssBytes: process.memoryUsage.rss(), busyMicros: clock.busyMicros }),
  aliveMs,
).unref();
