/** For those who run the service: is it up, is it ready, what does it do. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type RequestHandler, Router } from 'express';
import type { Catalogue } from '../catalogue/catalogue.js';
import type { Engine } from '../engine/engine.js';
import { TaskwireError } from '../errors.js';
import type { Metrics } from '../metering/metrics.js';

export interface OpsOptions {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly metrics: Metrics;
  readonly device: DeviceReport;
  /** Where there is none, nothing is said about it. */
  readonly redis?: { readonly isThere: boolean } | undefined;
  readonly adminToken: string;
  readonly store: { readonly isWell: boolean };
}

/** Which device models run on, and why no faster one. */
export interface DeviceReport {
  readonly chosen: string;
  readonly passedOver: Readonly<Record<string, string>>;
}

export const opsRoutes = (options: OpsOptions): Router => {
  const router = Router();
  router.get('/health', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/ready', ready(options));
  router.get('/metrics', metrics(options));
  return router;
};

const ready =
  ({ engine, catalogue, device, redis, store }: OpsOptions): RequestHandler =>
  (_req, res) => {
    const defaults = catalogue.list().filter((entry) => catalogue.defaultOf(entry.task) === entry);
    const models = Object.fromEntries(
      defaults.map((entry) => [entry.id, engine.health(catalogue.resolve(entry.id).ref).status]),
    );
    const status = engine.draining ? 'draining' : store.isWell ? 'ready' : 'store unreachable';
    res.status(status === 'ready' ? 200 : 503).json({
      status,
      device: device.chosen,
      devices_passed_over: device.passedOver,
      models,
      ...(engine.dedicated.most > 0
        ? { dedicated_runners: { loaded: engine.dedicated.loaded, most: engine.dedicated.most } }
        : {}),
      ...(redis
        ? { redis: redis.isThere ? 'connected' : 'gone; rates are counted by this process alone' }
        : {}),
    });
  };

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

const metrics =
  ({ metrics: { registry }, adminToken }: OpsOptions): RequestHandler =>
  async (req, res) => {
    const local =
      adminToken === '' &&
      loopback.has(req.socket.remoteAddress ?? '') &&
      req.headers['x-forwarded-for'] === undefined;
    if (!local && (adminToken === '' || !isSame(req.headers.authorization ?? '', `Bearer ${adminToken}`))) {
      throw new TaskwireError('invalid_key', {
        message:
          adminToken === ''
            ? 'Metrics are told to this machine alone; TASKWIRE_ADMIN_TOKEN lets others ask.'
            : 'Metrics need the admin token.',
      });
    }
    res.type(registry.contentType).send(await registry.metrics());
  };

/** Takes as long wherever two texts differ. */
const isSame = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};
