/**
 * How fast `/health` answers while every core computes: probed from a process of its own, idle and beside concurrent
 * embedding requests. `npm run bench -- health [--model FOLDER] [--seconds 20] [--concurrency 32] [--rounds 3]`
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { benchTexts } from './inputs.js';
import { drive, percentiles, sleep } from './load.js';
import { linkModel, startService } from './service.js';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: '.work/bench-models/minilm-l6' },
    seconds: { type: 'string', default: '20' },
    concurrency: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
  },
});
const seconds = Number(options.seconds);
const concurrency = Number(options.concurrency);

const probeScript = fileURLToPath(new URL('./health-probe.js', import.meta.url));
const probe = async (url: string): Promise<number[]> => {
  const args = [probeScript, url, String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
};

const print = (load: string, latencies: readonly number[], perSecond?: number): void => {
  const { p50Ms, p99Ms } = percentiles(latencies);
  const ms = (value: number) => value.toFixed(2).padStart(8);
  const rate = perSecond === undefined ? '' : perSecond.toFixed(0).padStart(13);
  console.log(
    `${load.padEnd(24)} ${String(latencies.length).padStart(7)} ${ms(p50Ms)} ${ms(p99Ms)} ${ms(Math.max(...latencies))}${rate}`,
  );
};

const folder = resolve(options.model);
const text = await benchTexts(`${folder}/tokenizer.json`);
const { dir, id } = linkModel(folder);
const service = await startService(dir, id);
const headers = { ...service.headers, 'content-type': 'application/json' };

console.log(`${'load'.padEnd(24)}  probes   p50 ms   p99 ms   max ms  embeddings/s`);
for (let round = 0; round < Number(options.rounds); round++) {
  print('none', await probe(service.url));
  const warmUpMs = seconds * 200;
  const [{ perSecond, failed }, latencies] = await Promise.all([
    drive({
      url: service.url,
      concurrency,
      seconds: seconds + 2, // until after the probe's end
      request: (i) => ({
        path: '/v1/inference/embeddings',
        headers,
        body: JSON.stringify({ model: id, inputs: text(i + round * 100_000) }),
      }),
    }),
    sleep(warmUpMs).then(() => probe(service.url)),
  ]);
  if (failed > 0) throw new Error(`${failed} embedding requests failed`);
  print(`${concurrency} embedding requests`, latencies, perSecond);
}
await service.stop();
