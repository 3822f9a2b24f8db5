/** Builds everything from the settings. Tests call it with a scripted runner, a clock of their own, or other tasks. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import { tasks as allTasks } from '../tasks/index.js';
import type { Task } from '../tasks/task.js';
import { meteredAdmission } from './admission/metered.js';
import { newAccountPlan, type Plans, readPlans, shippedPlans } from './admission/plans.js';
import { LocalStore, SharedStore } from './admission/rate-store.js';
import { startUpkeep } from './admission/upkeep.js';
import { Idempotency } from './answers/idempotency.js';
import { ResultCache } from './answers/result-cache.js';
import { makeApp } from './app.js';
import { Catalogue } from './catalogue/catalogue.js';
import { Webhooks } from './dialects/webhook.js';
import { chooseDevice } from './engine/choose-device.js';
import { defaultLimits, Engine } from './engine/engine.js';
import type { LaneLimits } from './engine/queue-limits.js';
import { type StartRunner, startRunnerProcess } from './engine/runner-process.js';
import { makeServer } from './http/server.js';
import { Accounts } from './identity/accounts.js';
import { Attempts, mostAttemptCounters } from './identity/attempts.js';
import { Authenticator } from './identity/authenticate.js';
import { openJwtSecrets } from './identity/jwt-secrets.js';
import { type OwnerKey, openOwnerKey, registerOwner } from './identity/owner.js';
import { Tokens } from './identity/tokens.js';
import { makeFetchUrl } from './media/fetch-url.js';
import { makePostUrl } from './media/post-url.js';
import { type Clock, pause, systemClock } from './metering/clock.js';
import { Metrics } from './metering/metrics.js';
import { RedisLink } from './redis.js';
import type { Settings } from './settings.js';
import { openStore } from './store/open.js';
import type { Store } from './store/store.js';

export interface Seams {
  readonly tasks?: readonly Task[];
  readonly start?: StartRunner;
  readonly clock?: Clock;
  readonly limits?: LaneLimits;
  readonly log?: Logger;
  /** Before the second try of a webhook and those after it. */
  readonly webhookPausesMs?: readonly number[];
}

export interface Service {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly ownerKey: OwnerKey;
  readonly store: Store;
  readonly plans: Plans;
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

/** For what ends with the runners. */
const lastBookingsMs = 2_000;

/** From `dist/src/` up to the checkout, where `models/` is. */
const shippedModels = fileURLToPath(new URL('../../models', import.meta.url));

/** The store, and who may call by what it says. */
const openBooks = async (settings: Settings, log: Logger, redis: RedisLink | undefined) => {
  const { dataDir, databaseUrl, plansFile, usageDays, signup } = settings;
  const plans = readPlans(plansFile || shippedPlans);
  if (signup !== 'off' && !plans.has(newAccountPlan))
    throw new Error(`TASKWIRE_SIGNUP=${signup} needs a plan ${newAccountPlan}, which new accounts get.`);
  const store = await openStore(databaseUrl || `sqlite:${dataDir}/taskwire.db`);
  const ownerKey = await registerOwner(store, openOwnerKey(dataDir));
  const tokens = new Tokens(openJwtSecrets(settings.jwtSecret, dataDir));
  const authenticator = new Authenticator({
    keys: store.keys,
    tokens,
    plans,
    others: redis?.topic('taskwire:callers'),
  });
  const accounts = new Accounts(store, plans, () => authenticator.forget());
  const admission = meteredAdmission({ store, authenticate: authenticator.authenticate, log });
  const upkeep = await startUpkeep({ store, holder: admission.holder, usageDays, log });
  return { store, plans, ownerKey, tokens, authenticator, accounts, admission, upkeep };
};

export const compose = async (settings: Settings, seams: Seams = {}): Promise<Service> => {
  const { tasks = allTasks, start = startRunnerProcess, clock = systemClock, limits = defaultLimits } = seams;
  const log = seams.log ?? pino({ level: settings.logLevel, base: null });
  // First, while nothing is open that a failure would leave so.
  const device = await chooseDevice(settings.device, log);
  const redis = settings.redisUrl ? new RedisLink(settings.redisUrl, log) : undefined;
  const counters = (name: string, most?: number) =>
    redis ? new SharedStore(redis, name, most) : new LocalStore(most);
  const { ownerKey, admission, upkeep, ...books } = await openBooks(settings, log, redis).catch((error) => {
    redis?.close();
    throw error;
  });
  const { store, plans } = books;
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
    threads: threads || availableParallelism(),
    cacheBytes: settings.cacheMb * 2 ** 20,
    dedicatedRunners: settings.dedicatedRunners,
    device: device.chosen,
  });
  metrics.watch(engine);
  const fetchRules = { enabled: settings.fetchUrls, allow: settings.fetchAllow };
  const fetchUrl = makeFetchUrl(fetchRules);
  const webhooks = new Webhooks(makePostUrl(fetchRules), log, seams.webhookPausesMs);
  const path = {
    catalogue,
    admission,
    engine,
    cache:
      settings.cache === 0
        ? undefined
        : new ResultCache({ engine, clock, maxBytes: settings.cache * 2 ** 20, redis }),
    idempotency: new Idempotency({ store, clock, log }),
    fetchUrl,
    clock,
    observer: metrics,
    log,
  };
  const app = makeApp({
    tasks,
    path,
    account: {
      ...books,
      attempts: new Attempts(counters('attempts', mostAttemptCounters)),
      catalogue,
      taskNames: tasks.map(({ name }) => name),
      signup: settings.signup,
    },
    stripe: settings.stripeSecret ? { secret: settings.stripeSecret, accounts: books.accounts } : undefined,
    webhooks,
    ops: { engine, catalogue, metrics, device, store: upkeep, redis, adminToken: settings.adminToken },
    rates: { plans, store: counters },
    bodyTimeoutMs: settings.bodyTimeoutMs,
    trustProxy: settings.trustProxy,
  });
  const warm = async (id: string) => engine.warm(catalogue.resolve(id).ref);
  let server: Server | undefined;
  let ending: Promise<void> | undefined;
  const end = async (graceMs: number): Promise<void> => {
    const closed = server && new Promise((resolve) => server?.close(resolve));
    // A connection closes as soon as nothing is on it: bodies still arrive, answers still leave.
    const sweep = setInterval(() => server?.closeIdleConnections(), 50);
    const done = Promise.all([engine.drain(graceMs).then(() => webhooks.idle()), closed]);
    await Promise.race([done, pause(systemClock, graceMs)]);
    clearInterval(sweep);
    server?.closeAllConnections();
    engine.close();
    await closed;
    // What was cut off is booked too.
    await Promise.race([admission.idle(), pause(systemClock, lastBookingsMs)]);
    redis?.close();
    // A database that is gone keeps the service from ending no more than from running.
    for (const one of [() => books.authenticator.close(), () => upkeep.stop(), () => store.close()])
      await one().catch((err) => log.error({ event: 'books_not_closed', err }));
  };
  return {
    engine,
    catalogue,
    ownerKey,
    store,
    plans,
    log,
    listen: () =>
      new Promise((resolve, reject) => {
        server = makeServer(app);
        server.keepAliveTimeout = keepAliveMs;
        server.once('error', reject);
        server.listen(settings.port, settings.host, () => {
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
    close: (graceMs) => (ending ??= end(graceMs)),
  };
};

const wanted = (warm: readonly string[], catalogue: Catalogue, tasks: readonly Task[]): string[] =>
  warm.flatMap((name) => {
    if (name === 'none') return [];
    if (name !== 'defaults') return [name];
    return tasks.flatMap((task) => catalogue.defaultOf(task)?.id ?? []);
  });
