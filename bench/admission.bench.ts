/**
 * What admission costs a request, from its key to its usage row: the key is looked up, the rates counted, quota and credit
 * held, settled and booked. CPU time is that of all threads, the store's included. On SQLite, or where `--url` says:
 * `npm run bench -- admission [--requests 5000] [--concurrency 64] [--url postgres://…]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Request, Response } from 'express';
import { pino } from 'pino';
import type { Estimate } from '../src/admission/admission.js';
import { meteredAdmission } from '../src/admission/metered.js';
import { type Plans, readPlans, shippedPlans } from '../src/admission/plans.js';
import { LocalStore } from '../src/admission/rate-store.js';
import { limitRates } from '../src/http/rate-limit.js';
import { Accounts } from '../src/identity/accounts.js';
import { Authenticator } from '../src/identity/authenticate.js';
import { openJwtSecrets } from '../src/identity/jwt-secrets.js';
import { Tokens } from '../src/identity/tokens.js';
import { pricesShape } from '../src/metering/price.js';
import { openStore } from '../src/store/open.js';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '5000' },
    concurrency: { type: 'string', default: '64' },
    url: { type: 'string' },
  },
});
const requests = Number(options.requests);
const folder = mkdtempSync(join(tmpdir(), 'taskwire-bench-'));
const store = await openStore(options.url ?? `sqlite:${folder}/taskwire.db`);
/** The limits count; none of them is reached. */
const plans: Plans = new Map(
  [...readPlans(shippedPlans)].map(([name, plan]) => [
    name,
    { ...plan, requestsPerMinute: plan.requestsPerMinute && 1e9, concurrency: undefined },
  ]),
);
const tokens = new Tokens(openJwtSecrets([], folder));
const authenticator = new Authenticator({ keys: store.keys, tokens, plans });
const accounts = new Accounts(store, plans, () => authenticator.forget());
const admission = meteredAdmission({
  store,
  authenticate: authenticator.authenticate,
  log: pino({ level: 'silent' }),
});
const rates = limitRates({ plans, store: () => new LocalStore() });

const prices = pricesShape.parse({ usd_per_million_input_tokens: 0.5, usd_per_million_output_tokens: 1.5 });
const model = { id: 'bench/model', folder: '', dtype: 'fp32', pipelineUrl: '', options: {}, prices } as const;
const usage = { inputTokens: 40, outputTokens: 20, images: 0, audioSeconds: 0, deviceMicros: 900 };
const ceiling = { ...usage, outputTokens: 60, deviceMicros: 0 };
const timing = { queueMs: 1, computeMs: 2, totalMs: 4 };
let requestCount = 0;

/** As much of Express as the rates ask for. */
const countRates = (context: object): Promise<void> =>
  new Promise((resolve, reject) => {
    const req = {} as Request;
    const res = { locals: { context }, setHeader() {}, once() {} } as unknown as Response;
    void rates(req, res, (error?: unknown) => (error ? reject(error) : resolve()));
  });

const one = async (key: string): Promise<number> => {
  const requestId = `req_${process.pid}_${requestCount++}`;
  const begun = performance.now();
  const caller = await admission.authenticate(`Bearer ${key}`);
  await countRates({ caller });
  const task = 'text-generation';
  const estimate: Estimate = { requestId, task, model, inputs: 1, size: 1, mediaBytes: 0, ceiling };
  const ticket = await admission.admit(caller, estimate);
  await ticket.settle({ outcome: 'succeeded', status: 'succeeded', usage, ...timing });
  return performance.now() - begun;
};

const measure = async (key: string, count: number) => {
  const waits: number[] = [];
  let left = count;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const lane = async () => {
    while (left-- > 0) waits.push(await one(key));
  };
  await Promise.all(Array.from({ length: Number(options.concurrency) }, lane));
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.floor(share * (count - 1))]!.toFixed(1);
  return { cpuMs: (user + system) / 1000 / count, perSecond: count / seconds, p50: at(0.5), p99: at(0.99) };
};

const keyOf = async (
  name: string,
  billing: 'quota' | 'credit',
  plan: string,
  monthlySpendMicroUsd?: number,
) => {
  const actor = 'bench';
  const { id } = await accounts.create({ name: `${name}-${process.pid}`, plan, billing }, actor);
  const at = Date.now();
  if (billing === 'credit')
    await store.ledger.deposit({
      id: `bench:${id}`,
      payer: id,
      kind: 'deposit',
      amountMicroUsd: 1e12,
      at,
      note: '',
    });
  return (await accounts.createKey({ account: id, name, monthlySpendMicroUsd }, actor)).key;
};

console.log('who pays                       CPU ms/request   requests/s   p50 ms   p99 ms');
for (const [name, key] of [
  ['quota, nothing limited', await keyOf('unlimited', 'quota', 'enterprise')],
  ["quota, the plan's rate and GPU-hours", await keyOf('quota', 'quota', 'pro')],
  ["credit, the plan's rate", await keyOf('credit', 'credit', 'pro')],
  ["the same, and a key's spending limit", await keyOf('capped', 'credit', 'pro', 1e12)],
] as const) {
  await measure(key, 1_000);
  const { cpuMs, perSecond, p50, p99 } = await measure(key, requests);
  const figures = [
    cpuMs.toFixed(3).padStart(7),
    perSecond.toFixed(0).padStart(12),
    p50.padStart(8),
    p99.padStart(8),
  ];
  console.log(`${name.padEnd(38)}${figures.join(' ')}`);
}
await authenticator.close();
await store.close();
rmSync(folder, { recursive: true, force: true });
