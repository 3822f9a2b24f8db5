/** The Express application: what is mounted where, and in which order a request meets it. */
import cors from 'cors';
import express, { type Express } from 'express';
import type { Task } from '../tasks/task.js';
import { modelRoutes } from './dialects/models.js';
import { nativeRoutes, renderNativeError } from './dialects/native.js';
import { openAiDocuments, openAiMounts, openAiRoutes } from './dialects/openai/index.js';
import type { Engine } from './engine/engine.js';
import { readBody } from './http/body.js';
import { authenticate, openContext } from './http/context.js';
import { docsRoutes } from './http/docs.js';
import { handleErrors, methodNotAllowed, routeNotFound } from './http/error-handler.js';
import { type OpsOptions, opsRoutes } from './http/ops.js';
import type { Path } from './infer.js';

export interface AppOptions {
  readonly tasks: readonly Task[];
  readonly path: Path & { readonly engine: Engine };
  readonly ops: OpsOptions;
  readonly bodyTimeoutMs: number;
  readonly trustProxy: string;
}

/** Headers that scripts in a browser may read. */
const exposedHeaders = [
  'x-request-id',
  'retry-after',
  'RateLimit',
  'RateLimit-Policy',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-compute-time-ms',
  'x-queue-time-ms',
  'x-gpu-seconds',
  'x-cost-usd',
  'x-cache',
  'x-quota-warning',
  'server-timing',
];

export const makeApp = ({ tasks, path, ops, bodyTimeoutMs, trustProxy }: AppOptions): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  if (trustProxy) app.set('trust proxy', /^\d+$/.test(trustProxy) ? Number(trustProxy) : trustProxy);
  app.use(openContext(renderNativeError));
  // Bearer calls come from any origin; a cookie is never sent along with `*`.
  const anyOrigin = cors({ origin: '*', exposedHeaders, maxAge: 86_400 });
  const guard = [authenticate(path.admission), readBody(bodyTimeoutMs)];
  app.use('/v1/inference', anyOrigin, nativeRoutes(tasks, path, guard), methodNotAllowed('POST'));
  // One by one: of several paths of one mount, only the first that matches is tried.
  for (const mount of openAiMounts)
    app.use(mount, anyOrigin, modelRoutes(path), openAiRoutes(tasks, path, guard));
  app.use(opsRoutes(ops));
  app.use(docsRoutes(tasks, openAiDocuments(tasks)));
  app.all(
    openAiMounts.flatMap((mount) => [`${mount}/models`, `${mount}/models/*id`]),
    methodNotAllowed('GET'),
  );
  app.all(['/health', '/ready', '/metrics'], methodNotAllowed('GET'));
  app.use(routeNotFound);
  app.use(handleErrors(path.log));
  return app;
};
