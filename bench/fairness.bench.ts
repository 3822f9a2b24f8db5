/**
 * What one account feels of another's flood: latency of single requests, one after the other, alone and while another
 * account sends 1,000 requests, as many at once as its share of the queue takes.
 * `npm run bench -- fairness [--models DIR] [--model taskwire/sentences] [--flood 1000] [--at-once 380]
 * [--words 100] [--same-account]`: with the last, both are one account, whose requests take turns one by one.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type Asker, ask } from './flood.js';
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

const heavy = await keyOf('heavy');
const light = options['same-account'] ? heavy : await keyOf('light');
const asker = (authorization: string): Asker => ({
  url: service.url,
  authorization,
  model: options.model,
  words: Number(options.words),
});
let asked = 0;
const askWhile = async (goOn: () => boolean): Promise<number[]> => {
  const latencies: number[] = [];
  while (goOn()) {
    latencies.push(await ask(asker(light), asked++));
    await sleep(Math.random() * 40);
  }
  return latencies;
};

const floodScript = fileURLToPath(new URL('./flood.js', import.meta.url));
/** From a process of its own: its requests would keep the measuring one busy. */
const flood = async (): Promise<number[]> => {
  const { url, authorization, model, words } = asker(heavy);
  const args = [url, authorization, model, String(words), options.flood, options['at-once']];
  const { stdout } = await promisify(execFile)(process.execPath, [floodScript, ...args]);
  return JSON.parse(stdout) as number[];
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

for (; asked < 200; asked++) await ask(asker(heavy), asked);
console.log(`${options.model}, ${options.words} words                requests    p50 ms   p95 ms`);
const alone = row('alone', await askWhile(() => asked < 500));
const before = await batches();
let flooding = true;
const flooded = flood().finally(() => {
  flooding = false;
});
const beside = row('beside the flood', await askWhile(() => flooding));
row('the flood itself', await flooded);
const after = await batches();
const batch = (after.ms - before.ms) / (after.count - before.count);
console.log(
  `p95 ${alone.toFixed(1)} -> ${beside.toFixed(1)} ms; twice its own and a batch (${batch.toFixed(1)} ms on the average): ${(2 * alone + batch).toFixed(1)}`,
);
await service.stop();
