/** Builds everything from the settings. Tests call it with a scripted runner, a clock of their own, or other tasks. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Express } from 'express';
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
import { chooseDevice, type DeviceChoice } from './engine/choose-device.js';
import { defaultLimits, Engine } from './engine/engine.js';
import type { LaneLimits } from './engine/queue-limits.js';
import { type StartRunner, startRunnerProcess } from './engine/runner-process.js';
import { Listener } from './http/listener.js';
import { Accounts } from './identity/accounts.js';
import { Attempts, mostAttemptCounters } from './identity/attempts.js';
import { Authenticator } from './identity/authenticate.js';
import { openJwtSecrets } from './identity/jwt-secrets.js';
import { type OwnerKey, openOwnerKey, registerOwner } from './identity/owner.js';
import { Tokens } from './identity/tokens.js';
import type { Path } from './infer.js';
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

/** For what ends with the runners. */
const lastBookingsMs = 2_000;

/** From `dist/src/` up to the checkout, where `models/` is. */
const shippedModels = fileURLToPath(new URL('../../models', import.meta.url));

/** What everything is built with. */
interface Base {
  readonly settings: Settings;
  readonly log: Logger;
  readonly clock: Clock;
  readonly tasks: readonly Task[];
  /** Absent: this process counts, and keeps answers, by itself. */
  readonly redis: RedisLink | undefined;
}

export const compose = async (settings: Settings, seams: Seams = {}): Promise<Service> => {
  const { tasks = allTasks, clock = systemClock } = seams;
  const log = seams.log ?? pino({ level: settings.logLevel, base: null });
  // First, while nothing is open that a failure would leave so.
  const device = await chooseDevice(settings.device, log);
  const redis = settings.redisUrl ? new RedisLink(settings.redisUrl, log) : undefined;
  const base = { settings, log, clock, tasks, redis };
  const books = await openBooks(base).catch((error) => {
    redis?.close();
    throw error;
  });
  const { store, plans, ownerKey } = books;
  const catalogue = new Catalogue([shippedModels, settings.modelsDir], tasks, log);
  const metrics = new Metrics();
  const engine = openEngine(base, seams, { observer: metrics, device: device.chosen });
  metrics.watch(engine);
  const webhooks = new Webhooks(makePostUrl(fetchRules(settings)), log, seams.webhookPausesMs);
  const app = openApp(base, { books, engine, catalogue, metrics, device, webhooks });
  const listener = new Listener(app);
  let ending: Promise<void> | undefined;
  return {
    engine,
    catalogue,
    ownerKey,
    store,
    plans,
    log,
    listen: () => listener.listen(settings.port, settings.host),
    async warm() {
      for (const id of wanted(settings.warm, catalogue, tasks)) {
        // One that is not there or cannot be loaded keeps no other cold.
        await warmUp(id, { engine, catalogue }).catch((error) =>
          log.error({ event: 'model_not_warmed', model: id, cause: error.message }),
        );
      }
    },
    close: (graceMs) => (ending ??= end({ listener, engine, webhooks, books, redis, log }, graceMs)),
  };
};

type Books = Awaited<ReturnType<typeof openBooks>>;

/** The store, and who may call by what it says. */
const openBooks = async ({ settings, log, redis }: Base) => {
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

const openEngine = (
  { settings, log, clock }: Base,
  { start = startRunnerProcess, limits = defaultLimits }: Seams,
  { observer, device }: { readonly observer: Metrics; readonly device: string },
): Engine =>
  new Engine({
    start,
    clock,
    log,
    observer,
    limits,
    holdMs: settings.holdMs,
    threads: settings.threads || availableParallelism(),
    cacheBytes: settings.cacheMb * 2 ** 20,
    dedicatedRunners: settings.dedicatedRunners,
    device,
  });

const fetchRules = ({ fetchUrls, fetchAllow }: Settings) => ({ enabled: fetchUrls, allow: fetchAllow });

interface Served {
  readonly books: Books;
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly metrics: Metrics;
  readonly device: DeviceChoice;
  readonly webhooks: Webhooks;
}

const openApp = (base: Base, { books, engine, catalogue, metrics, device, webhooks }: Served): Express => {
  const { settings, tasks, redis } = base;
  const { ownerKey: _, admission, upkeep, ...identity } = books;
  const counters = (name: string, most?: number) =>
    redis ? new SharedStore(redis, name, most) : new LocalStore(most);
  return makeApp({
    tasks,
    path: openPath(base, { admission, engine, catalogue, observer: metrics, store: identity.store }),
    account: {
      ...identity,
      attempts: new Attempts(counters('attempts', mostAttemptCounters)),
      catalogue,
      taskNames: tasks.map(({ name }) => name),
      signup: settings.signup,
    },
    stripe: settings.stripeSecret
      ? { secret: settings.stripeSecret, accounts: identity.accounts }
      : undefined,
    webhooks,
    ops: { engine, catalogue, metrics, device, store: upkeep, redis, adminToken: settings.adminToken },
    rates: { plans: identity.plans, store: counters },
    bodyTimeoutMs: settings.bodyTimeoutMs,
    trustProxy: settings.trustProxy,
  });
};

interface PathParts extends Pick<Path, 'admission' | 'catalogue' | 'observer'> {
  readonly engine: Engine;
  readonly store: Store;
}

const openPath = ({ settings, log, clock, redis }: Base, { store, ...parts }: PathParts) => {
  const maxBytes = settings.cache * 2 ** 20;
  return {
    ...parts,
    cache: maxBytes === 0 ? undefined : new ResultCache({ engine: parts.engine, clock, maxBytes, redis }),
    idempotency: new Idempotency({ store, clock, log }),
    fetchUrl: makeFetchUrl(fetchRules(settings)),
    clock,
    log,
  };
};

const wanted = (warm: readonly string[], catalogue: Catalogue, tasks: readonly Task[]): string[] =>
  warm.flatMap((name) => {
    if (name === 'none') return [];
    if (name !== 'defaults') return [name];
    return tasks.flatMap((task) => catalogue.defaultOf(task)?.id ?? []);
  });

const warmUp = async (id: string, { engine, catalogue }: Pick<Service, 'engine' | 'catalogue'>) =>
  engine.warm(catalogue.resolve(id).ref);

interface Open extends Pick<Served, 'books' | 'engine' | 'webhooks'>, Pick<Base, 'redis' | 'log'> {
  readonly listener: Listener;
}

const end = async (
  { listener, engine, webhooks, books, redis, log }: Open,
  graceMs: number,
): Promise<void> => {
  const closed = listener.close();
  const done = Promise.all([engine.drain(graceMs).then(() => webhooks.idle()), closed]);
  await Promise.race([done, pause(systemClock, graceMs)]);
  listener.cut();
  engine.close();
  await closed;
  const { admission, authenticator, upkeep, store } = books;
  // What was cut off is booked too.
  await Promise.race([admission.idle(), pause(systemClock, lastBookingsMs)]);
  redis?.close();
  // A database that is gone keeps the service from ending no more than from running.
  for (const one of [() => authenticator.close(), () => upkeep.stop(), () => store.close()])
    await one().catch((err) => log.error({ event: 'books_not_closed', err }));
};
