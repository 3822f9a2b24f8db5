/** Builds everything from the settings. Tests call it with a scripted runner, a clock of their own, or other tasks. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import { tasks as allTasks } from '../tasks/index.js';
import type { Task } from '../tasks/task.js';
import { type OwnerKey, openOwnerKey, ownerAdmission } from './admission/owner.js';
import { makeApp } from './app.js';
import { Catalogue } from './catalogue/catalogue.js';
import { chooseDevice } from './engine/choose-device.js';
import { defaultLimits, Engine } from './engine/engine.js';
import type { LaneLimits } from './engine/lane.js';
import { type StartRunner, startRunnerProcess } from './engine/runner-process.js';
import { makeFetchUrl } from './media/fetch-url.js';
import { type Clock, pause, systemClock } from './metering/clock.js';
import { Metrics } from './metering/metrics.js';
import type { Settings } from './settings.js';

export interface Seams {
  readonly tasks?: readonly Task[];
  readonly start?: StartRunner;
  readonly clock?: Clock;
  readonly limits?: LaneLimits;
  readonly log?: Logger;
}

export interface Service {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly ownerKey: OwnerKey;
  readonly log: Logger;
  /** Where it listens, once `listen` has resolved. */
  listen(): Promise<string>;
  /** Loads the models that the settings want warm, one after the other. */
  warm(): Promise<void>;
  /** Takes nothing new, finishes what runs within the grace time, ends the runners. */
  close(graceMs: number): Promise<void>;
}

/** Longer than proxies keep idle connections (60 s): who closes first may cut off a request on its way. */
const keepAliveMs = 65_000;

/** From `dist/src/` up to the checkout, where `models/` is. */
const shippedModels = fileURLToPath(new URL('../../models', import.meta.url));

export const compose = async (settings: Settings, seams: Seams = {}): Promise<Service> => {
  const { tasks = allTasks, start = startRunnerProcess, clock = systemClock, limits = defaultLimits } = seams;
  const log = seams.log ?? pino({ level: settings.logLevel, base: null });
  const ownerKey = openOwnerKey(settings.dataDir);
  const device = await chooseDevice(settings.device, log);
  const catalogue = new Catalogue([shippedModels, settings.modelsDir], tasks, log);
  const metrics = new Metrics();
  const { holdMs, threads } = settings;
  const engine = new Engine({
    start,
    clock,
    log,
    observer: metrics,
    limits,
    holdMs,
    threads,
    cacheBytes: settings.cacheMb * 2 ** 20,
    device: device.chosen,
  });
  metrics.watch(engine);
  const fetchUrl = makeFetchUrl({ enabled: settings.fetchUrls, allow: settings.fetchAllow });
  const path = {
    catalogue,
    admission: ownerAdmission(ownerKey),
    engine,
    fetchUrl,
    clock,
    observer: metrics,
    log,
  };
  const app = makeApp({
    tasks,
    path,
    ops: { engine, catalogue, metrics, device, adminToken: settings.adminToken },
    bodyTimeoutMs: settings.bodyTimeoutMs,
    trustProxy: settings.trustProxy,
  });
  const warm = async (id: string) => engine.warm(catalogue.resolve(id).ref);
  let server: Server | undefined;
  return {
    engine,
    catalogue,
    ownerKey,
    log,
    listen: () =>
      new Promise((resolve, reject) => {
        server = app.listen(settings.port, settings.host, (error?: Error) => {
          if (error) return reject(error);
          server!.keepAliveTimeout = keepAliveMs;
          const { address, port, family } = server!.address() as AddressInfo;
          resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${port}`);
        });
      }),
    async warm() {
      for (const id of wanted(settings.warm, catalogue, tasks)) {
        // One that is not there or cannot be loaded keeps no other cold.
        await warm(id).catch((error) =>
          log.error({ event: 'model_not_warmed', model: id, cause: error.message }),
        );
      }
    },
    async close(graceMs) {
      const closed = server && new Promise((resolve) => server?.close(resolve));
      // A connection closes as soon as nothing is on it: bodies still arrive, answers still leave.
      const sweep = setInterval(() => server?.closeIdleConnections(), 50);
      await Promise.race([Promise.all([engine.drain(graceMs), closed]), pause(systemClock, graceMs)]);
      clearInterval(sweep);
      server?.closeAllConnections();
      engine.close();
      await closed;
    },
  };
};

const wanted = (warm: readonly string[], catalogue: Catalogue, tasks: readonly Task[]): string[] =>
  warm.flatMap((name) => {
    if (name === 'none') return [];
    if (name !== 'defaults') return [name];
    return tasks.flatMap((task) => catalogue.defaultOf(task)?.id ?? []);
  });
