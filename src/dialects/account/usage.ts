/** What was used: a row a request, and sums by day and model; as JSON or CSV. */
import { z } from 'zod';
import { isRestricted } from '../../identity/scopes.js';
import type { UsageRow } from '../../store/money-tables.js';
import type { UsageFilter } from '../../store/usage.js';
import { pageQuery } from './credits.js';
import { csvOf } from './csv.js';
import { pageLinks } from './links.js';
import { type AccountRoute, type Asked, known, route } from './route.js';
import { listOf, pageOf, renderSum, sumShape, timeOf, usedShape } from './shapes.js';

const moment = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: 'a date or time of ISO 8601' })
  .transform((text) => Date.parse(text));

const filterQuery = z.object({
  from: moment.optional().describe('Included.'),
  to: moment.optional().describe('Not included.'),
  model: z.string().max(500).optional(),
  key: z.string().max(100).optional().describe("A key's id."),
  task: z.string().max(100).optional(),
  status: z.string().max(100).optional().describe('`succeeded`, `cancelled`, or an error code.'),
  format: z.enum(['json', 'csv']).default('json'),
});

const rowShape = z.object({
  request_id: z.string(),
  created_at: z.iso.datetime(),
  key: z.string(),
  model: z.string(),
  task: z.string(),
  status: z.string(),
  ...usedShape,
  queue_ms: z.number(),
  compute_ms: z.number(),
  total_ms: z.number(),
  cached: z.boolean(),
});

const renderRow = (row: UsageRow): z.input<typeof rowShape> => ({
  request_id: row.request_id,
  created_at: timeOf(row.at),
  key: row.key_id,
  model: row.model,
  task: row.task,
  status: row.status,
  input_tokens: row.input_tokens,
  output_tokens: row.output_tokens,
  images: row.images,
  audio_seconds: row.audio_ms / 1000,
  gpu_seconds: row.device_us / 1e6,
  cost_micro_usd: row.cost_micro_usd,
  cost: row.cost_micro_usd / 1e6,
  queue_ms: row.queue_us / 1000,
  compute_ms: row.compute_us / 1000,
  total_ms: row.total_us / 1000,
  cached: row.cached === 1,
});

type Filter = z.output<typeof filterQuery>;

const filterOf = ({ from, to, model, key, task, status }: Filter): UsageFilter => ({
  from,
  to,
  model,
  keyId: key,
  task,
  status,
});

/** Its own account's alone; a restricted key sees what it used itself. */
const ownFilter = (asked: Asked<Filter>): UsageFilter => {
  const caller = known(asked);
  const filter = { ...filterOf(asked.request), account: caller.account };
  return isRestricted(caller) ? { ...filter, keyId: caller.keyId } : filter;
};

interface UsageRoutes {
  readonly path: string;
  readonly access: AccountRoute['access'];
  readonly query: typeof filterQuery;
  filterOf(asked: Asked<Filter>): UsageFilter;
}

const routesFor = ({ path, access, query, filterOf: narrow }: UsageRoutes): AccountRoute[] => [
  route({
    method: 'get',
    path,
    summary: 'Requests, newest first.',
    access,
    request: query.extend(pageQuery.shape),
    response: pageOf(rowShape),
    links: pageLinks(path),
    async run(asked, { store }) {
      const { limit, cursor, format } = asked.request;
      const { data, nextCursor = null } = await store.usage.page(narrow(asked), limit, cursor);
      const rows = data.map(renderRow);
      if (format === 'json') return { data: rows, next_cursor: nextCursor };
      if (nextCursor !== null) asked.res.setHeader('x-next-cursor', nextCursor);
      return csvOf(rowShape, rows);
    },
  }),
  route({
    method: 'get',
    path: `${path}/summary`,
    summary: 'Sums by day (UTC) and model.',
    access,
    request: query,
    response: listOf(sumShape),
    async run(asked, { store }) {
      const sums = (await store.usage.summary(narrow(asked))).map(renderSum);
      return asked.request.format === 'csv' ? csvOf(sumShape, sums) : { data: sums };
    },
  }),
];

export const usageRoutes = routesFor({
  path: '/usage',
  access: 'reader',
  query: filterQuery,
  filterOf: ownFilter,
});

const adminQuery = filterQuery.extend({ account: z.string().optional().describe("An account's id.") });

export const adminUsageRoutes = routesFor({
  path: '/admin/usage',
  access: 'admin',
  query: adminQuery,
  filterOf: (asked) => ({
    ...filterOf(asked.request),
    account: (asked.request as z.output<typeof adminQuery>).account,
  }),
});
