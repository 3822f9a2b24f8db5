/**
 * What one account feels of another's flood: latency of single requests, one after the other, alone and while another
 * account sends 1,000 requests, as many at once as its share of the queue takes.
 * `npm run bench -- fairness [--models DIR] [--model taskwire/sentences] [--flood 1000] [--at-once 380]
 * [--words 100] [--same-account]`: with the last, both are one account, whose requests take turns one by one.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { percentiles, sleep } from './load.js';
import { startService } from './service.js';

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'models' },
    model: { type: 'string', default: 'taskwire/sentences' },
    flood: { type: 'string', default: '1000' },
    'at-once': { type: 'string', default: '380' },
    words: { type: 'string', default: '100' },
    'same-account': { type: 'boolean', default: false },
  },
});
const service = await startService(resolve(options.models), options.model);
const json = { 'content-type': 'application/json' };

const post = async (path: string, authorization: string, body: object) => {
  const init = { method: 'POST', headers: { ...json, authorization }, body: JSON.stringify(body) };
  const response = await fetch(`${service.url}${path}`, init);
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
};

/** Of a plan that limits no rate here. */
const keyOf = async (name: string): Promise<string> => {
  const owner = service.headers.authorization!;
  const { id } = await post('/v1/admin/accounts', owner, { name, plan: 'enterprise' });
  const { key } = await post(`/v1/admin/accounts/${id}/keys`, owner, { name: 'bench' });
  return `Bearer ${key}`;
};

const vocabulary = 'the river ran past old mills and over flat stones toward a grey cold sea at night'.split(
  ' ',
);
let asked = 0;
/** Distinct texts of one length. */
const text = (): string => {
  const nth = asked++;
  const words = Array.from(
    { length: Number(options.words) },
    (_, i) => vocabulary[(nth * 7 + i * 3) % vocabulary.length],
  );
  return `${words.join(' ')} ${nth}`;
};
const ask = async (key: string): Promise<number> => {
  const startedAt = performance.now();
  await post('/v1/inference/embeddings', key, { model: options.model, inputs: text() });
  return performance.now() - startedAt;
};

const heavy = await keyOf('heavy');
const light = options['same-account'] ? heavy : await keyOf('light');
const askWhile = async (goOn: () => boolean): Promise<number[]> => {
  const latencies: number[] = [];
  while (goOn()) {
    latencies.push(await ask(light));
    await sleep(Math.random() * 40);
  }
  return latencies;
};

/** From sending batches to their last results, and how many there were: the service's own figures. */
const batches = async () => {
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  const read = (name: string) =>
    Number(new RegExp(`^taskwire_batch_seconds_${name}\\{[^}]*\\} (\\S+)`, 'm').exec(metrics)?.[1]);
  return { ms: 1000 * read('sum'), count: read('count') };
};

const row = (name: string, latencies: readonly number[]) => {
  const { p50Ms, p95Ms } = percentiles(latencies);
  console.log(
    `${name.padEnd(28)} ${String(latencies.length).padStart(5)} ${p50Ms.toFixed(1).padStart(8)} ${p95Ms.toFixed(1).padStart(8)}`,
  );
  return p95Ms;
};

for (let i = 0; i < 200; i++) await ask(heavy);
console.log(`${options.model}, ${options.words} words                requests    p50 ms   p95 ms`);
const alone = row('alone', await askWhile(() => asked < 500));
const before = await batches();
let left = Number(options.flood);
const flood = Array.from({ length: Number(options['at-once']) }, async () => {
  const latencies: number[] = [];
  while (left-- > 0) latencies.push(await ask(heavy));
  return latencies;
});
let flooding = true;
const flooded = Promise.all(flood).finally(() => {
  flooding = false;
});
await sleep(50);
const beside = row('beside the flood', await askWhile(() => flooding));
row('the flood itself', (await flooded).flat());
const after = await batches();
const batch = (after.ms - before.ms) / (after.count - before.count);
console.log(
  `p95 ${alone.toFixed(1)} -> ${beside.toFixed(1)} ms; twice its own and a batch (${batch.toFixed(1)} ms on the average): ${(2 * alone + batch).toFixed(1)}`,
);
await service.stop();
