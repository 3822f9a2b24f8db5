/** The Express application: what is mounted where, and in which order a request meets it. */
import cors from 'cors';
import express, { type Express } from 'express';
import type { Task } from '../tasks/task.js';
import {
  type AccountServices,
  accountDocuments,
  accountMounts,
  accountRoutes,
} from './dialects/account/index.js';
import { type StripeOptions, stripeRoutes } from './dialects/account/stripe.js';
import { modelDocuments } from './dialects/model-documents.js';
import { huggingFaceRoutes, sharedModelRoutes } from './dialects/model-routes.js';
import { modelListDocuments, modelRoutes } from './dialects/models.js';
import { nativeRoutes, renderNativeError } from './dialects/native.js';
import { openAiDocuments, openAiMounts, openAiRootPaths, openAiRoutes } from './dialects/openai/index.js';
import { teiDocuments, teiPaths, teiRoutes } from './dialects/tei/index.js';
import type { Webhooks } from './dialects/webhook.js';
import type { Engine } from './engine/engine.js';
import { readBody } from './http/body.js';
import { authenticate, openContext } from './http/context.js';
import { docsRoutes } from './http/docs.js';
import { handleErrors, methodNotAllowed, routeNotFound } from './http/error-handler.js';
import { type OpsOptions, opsRoutes } from './http/ops.js';
import { limitRates, type RateLimitOptions } from './http/rate-limit.js';
import type { Path } from './infer.js';

export interface AppOptions {
  readonly tasks: readonly Task[];
  readonly path: Path & { readonly engine: Engine };
  readonly account: AccountServices;
  /** `undefined`: Stripe is not used. */
  readonly stripe: StripeOptions | undefined;
  readonly webhooks: Webhooks;
  readonly ops: OpsOptions;
  readonly rates: RateLimitOptions;
  readonly bodyTimeoutMs: number;
  readonly trustProxy: string;
}

/** Headers that scripts in a browser may read. */
const exposedHeaders = [
  'x-request-id',
  'retry-after',
  'x-should-retry',
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
  'idempotent-replayed',
  'x-next-cursor',
  'server-timing',
];

export const makeApp = (options: AppOptions): Express => {
  const { tasks, path, account, stripe, webhooks, ops, rates, bodyTimeoutMs, trustProxy } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  if (trustProxy) app.set('trust proxy', /^\d+$/.test(trustProxy) ? Number(trustProxy) : trustProxy);
  app.use(openContext(renderNativeError));
  // Bearer calls come from any origin; a cookie is never sent along with `*`.
  const anyOrigin = cors({ origin: '*', exposedHeaders, maxAge: 86_400 });
  const guards = { authenticate: authenticate(path.admission), readBody: readBody(bodyTimeoutMs) };
  const guard = [guards.authenticate, guards.readBody, limitRates(rates)];
  if (stripe) app.use('/v1/webhooks/stripe', stripeRoutes(stripe));
  const models = { tasks, path, guard, webhooks };
  app.use(
    '/v1/inference',
    anyOrigin,
    nativeRoutes(tasks, path, guard),
    sharedModelRoutes(models),
    methodNotAllowed('POST'),
  );
  app.use(['/models', '/hf-inference', '/pipeline'], anyOrigin);
  app.use(huggingFaceRoutes(models));
  // One by one: of several paths of one mount, only the first that matches is tried.
  for (const mount of openAiMounts) app.use(mount, anyOrigin, modelRoutes(path), openAiRoutes(models));
  app.use([...openAiRootPaths, ...teiPaths], anyOrigin);
  app.use(openAiRoutes(models, openAiRootPaths));
  app.use(teiRoutes(tasks, path, guard));
  for (const mount of accountMounts) app.use(mount, anyOrigin, accountRoutes(mount, account, guards));
  app.use(opsRoutes(ops));
  const documents = [
    ...modelDocuments(tasks),
    ...openAiDocuments(tasks),
    ...modelListDocuments(openAiMounts),
    ...teiDocuments(tasks),
  ];
  app.use(docsRoutes(tasks, documents, accountDocuments()));
  app.all(
    openAiMounts.flatMap((mount) => [`${mount}/models`, `${mount}/models/*id`]),
    methodNotAllowed('GET'),
  );
  app.all(['/health', '/ready', '/metrics'], methodNotAllowed('GET'));
  app.use(routeNotFound);
  app.use(handleErrors(path.log));
  return app;
};
