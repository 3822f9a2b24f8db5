/**
 * Text generation, end to end over HTTP with server-sent events, beside raw session runs and llama-server.
 * `npm run bench -- decode [--models DIR] [--shapes llama-135m-int4,qwen2.5-0.5b-int4] [--streams 1,4,8,16] [--tokens 128]
 *  [--rounds 3] [--llama-server PATH --gguf DIR]` (DIR holds <shape>.gguf of the same shape in Q4_0).
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sleep } from './load.js';
import { freePort, linkModel, median, type Running, startService } from './service.js';
import { type StreamRequest, steadyRate, stream } from './streams.js';

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: '.work/bench-models' },
    shapes: { type: 'string', default: 'llama-135m-int4,qwen2.5-0.5b-int4' },
    streams: { type: 'string', default: '1,4,8,16' },
    tokens: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '3' },
    'llama-server': { type: 'string', default: '' },
    gguf: { type: 'string', default: '' },
  },
});
const tokens = Number(options.tokens);
/** Enough for sixteen whole windows of either shape. */
const cacheMb = '16384';
const levels = options.streams.split(',').map(Number);
const mostStreams = Math.max(...levels);

const words = 'river mountain lantern winter garden copper window thunder silver market'.split(' ');
/** About 32 tokens, different for every stream and round. */
const promptOf = (i: number): string =>
  Array.from({ length: 24 }, (_, k) => words[(i * 7 + k * 3 + i * k) % words.length]).join(' ');

const ours = (model: string, i: number): StreamRequest => ({
  path: '/v1/inference/text-generation/stream',
  body: {
    model,
    prompt: promptOf(i),
    max_tokens: tokens,
    min_tokens: tokens,
    ignore_eos: true,
    temperature: 0,
  },
  total: (event) => event.tokens_used as number | undefined,
});

const llama = (i: number): StreamRequest => ({
  path: '/completion',
  body: {
    prompt: promptOf(i),
    n_predict: tokens,
    ignore_eos: true,
    temperature: 0,
    stream: true,
    cache_prompt: false,
  },
  total: (event) => event.tokens_predicted as number | undefined,
});

const rawScript = fileURLToPath(new URL('./raw-decode.js', import.meta.url));
const raw = (folder: string, slots: number, past: number): number =>
  Number(
    execFileSync(process.execPath, [rawScript, folder, String(slots), String(past), '3'], {
      encoding: 'utf8',
    }),
  );

const startLlama = async (gguf: string): Promise<Running> => {
  const port = await freePort();
  const args = [
    '-m',
    gguf,
    '--port',
    String(port),
    '--host',
    '127.0.0.1',
    '-np',
    String(mostStreams),
    '-c',
    String(mostStreams * 1024),
    '-t',
    '2',
    '-tb',
    '2',
    '--no-warmup',
  ];
  const child = spawn(options['llama-server'], args, { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    ))
  )
    await sleep(200);
  return { url, headers: {}, pid: child.pid!, stop: async () => void child.kill() };
};

let next = 0;
const measure = async (
  server: Running,
  requestOf: (i: number) => StreamRequest,
  count: number,
): Promise<number> =>
  steadyRate(await Promise.all(Array.from({ length: count }, () => stream(server, requestOf(next++)))));

const bench = async (shape: string): Promise<void> => {
  const folder = resolve(options.models, shape);
  const { dir, id } = linkModel(folder);
  const gguf = options['llama-server'] ? resolve(options.gguf, `${shape.replace('-int4', '')}.gguf`) : '';
  const results = new Map(
    levels.map((level) => [level, { raw: [] as number[], ours: [] as number[], llama: [] as number[] }]),
  );
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const level of levels) results.get(level)!.raw.push(raw(folder, level, 32));
    const service = await startService(dir, id, { TASKWIRE_CACHE_MB: cacheMb });
    await measure(service, (i) => ours(id, i), 1);
    for (const level of levels)
      results.get(level)!.ours.push(await measure(service, (i) => ours(id, i), level));
    await service.stop();
    if (!gguf || !existsSync(gguf)) continue;
    const other = await startLlama(gguf);
    await measure(other, llama, 1);
    for (const level of levels) results.get(level)!.llama.push(await measure(other, llama, level));
    await other.stop();
  }
  for (const level of levels) {
    const { raw: limits, ours: mine, llama: theirs } = results.get(level)!;
    const [limit, own, other] = [median(limits), median(mine), median(theirs)];
    console.log(
      `${shape.padEnd(20)} ${String(level).padStart(7)} ${own.toFixed(0).padStart(9)} ${limit.toFixed(0).padStart(9)} ${(own / limit).toFixed(2).padStart(6)} ${other.toFixed(0).padStart(9)} ${(own / other).toFixed(2).padStart(7)}`,
    );
  }
};

console.log(`${tokens} tokens a stream, median of ${options.rounds} rounds`);
console.log(`${'shape'.padEnd(20)} streams   tokens/s      raw   /raw     llama  /llama`);
for (const shape of options.shapes.split(',')) await bench(shape);
