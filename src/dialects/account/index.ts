/** The account's routes: log-in, keys, credit, usage, the team, and what administrators do. */
import type { Router } from 'express';
import { adminRoutes } from './admin.js';
import { authRoutes } from './auth.js';
import { creditRoutes } from './credits.js';
import { keyRoutes } from './keys.js';
import { accountPaths } from './openapi.js';
import { type AccountServices, type Guards, routerOf } from './route.js';
import { teamRoutes } from './team.js';
import { usageRoutes } from './usage.js';

export type { AccountServices } from './route.js';

const own = [...keyRoutes, ...creditRoutes, ...usageRoutes, ...teamRoutes];
const service = [...authRoutes, ...adminRoutes];

/** Where an account's own routes are; log-in and administration are under the first alone. */
export const accountMounts = ['/v1', '/api/v1/inference'];

export const accountRoutes = (mount: string, services: AccountServices, guards: Guards): Router =>
  routerOf(mount === accountMounts[0] ? [...service, ...own] : own, services, guards);

/** For the OpenAPI document. */
export const accountDocuments = (): Readonly<Record<string, object>> => ({
  ...accountPaths(accountMounts.slice(0, 1), service),
  ...accountPaths(accountMounts, own),
});
