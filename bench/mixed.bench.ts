/**
 * What running streams feel when long prompts come in: time between tokens of 8 streams, and time to the first token of
 * prompts of some 4,000 tokens that arrive one after the other; beside llama-server.
 * `npm run bench -- mixed [--models DIR] [--shape llama-135m-int4] [--tokens 400] [--long 1740] [--llama-server PATH --gguf DIR]`
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Generator, llamaFor, promptOf, taskwire } from './generators.js';
import { sleep } from './load.js';
import { firstToken, gaps, quantile, type StreamResult, stream } from './streams.js';

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: '.work/bench-models' },
    shape: { type: 'string', default: 'llama-135m-int4' },
    tokens: { type: 'string', default: '400' },
    long: { type: 'string', default: '1740' },
    'llama-server': { type: 'string', default: '' },
    gguf: { type: 'string', default: '' },
  },
});
const streams = 8;
const arrivals = 3;
const tokens = Number(options.tokens);

const bench = async (generator: Generator): Promise<void> => {
  const server = await generator.start();
  const ask = (i: number, words: number, count: number) =>
    stream(server, generator.request({ prompt: promptOf(i, words), tokens: count }));
  // As many as there will be: memory that nobody has written yet is slow.
  await Promise.all(Array.from({ length: streams + 1 }, (_, i) => ask(200 + i, 24, 4)));
  const running = Array.from({ length: streams }, (_, i) => ask(1 + i, 24, tokens));
  await sleep(1000);
  const long: StreamResult[] = [];
  for (let i = 0; i < arrivals; i++) long.push(await ask(100 + i, Number(options.long), 8));
  const short = await Promise.all(running);
  await server.stop();
  const between = short.flatMap(gaps);
  const cells = [
    quantile(between, 0.5),
    quantile(between, 0.95),
    Math.max(...between),
    quantile(short.map(firstToken), 0.5),
    quantile(long.map(firstToken), 0.5),
  ].map((ms) => ms.toFixed(0).padStart(9));
  console.log(
    `${generator.name.padEnd(14)} ${cells.join(' ')}   ${long.map(({ promptTokens }) => promptTokens).join(', ')}`,
  );
};

const place = {
  program: options['llama-server'],
  folder: options.gguf,
  slots: streams + 1,
  slotTokens: 6144,
};
console.log(
  `${options.shape}: ${streams} streams of ${tokens} tokens, ${arrivals} long prompts one after the other; ms`,
);
console.log(
  `${''.padEnd(14)}  gap p50   gap p95   gap max  ttft p50  ttft long   tokens of the long prompts`,
);
const generators = [taskwire(resolve(options.models, options.shape)), llamaFor(options.shape, place)];
for (const generator of generators) if (generator) await bench(generator);
