/**
 * More texts at once than a model may have room for: tokens a second of all together, time to the first token, and
 * between tokens. `npm run bench -- crowd [--model FOLDER] [--streams 64] [--tokens 128] [--rounds 3]`
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { promptOf, taskwire } from './generators.js';
import { firstToken, gaps, quantile, stream } from './streams.js';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: '.work/bench-models/llama-135m-int4' },
    streams: { type: 'string', default: '64' },
    tokens: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '3' },
  },
});
const [streams, tokens] = [Number(options.streams), Number(options.tokens)];
const generator = taskwire(resolve(options.model), {});
const server = await generator.start();
let next = 0;

const crowd = async (): Promise<string[]> => {
  const startedAt = performance.now();
  const one = () => stream(server, generator.request({ prompt: promptOf(next++, 24), tokens }));
  const results = await Promise.all(Array.from({ length: streams }, one));
  const seconds = (performance.now() - startedAt) / 1000;
  const [first, between] = [results.map(firstToken), results.flatMap(gaps)];
  return [
    results.reduce((sum, result) => sum + result.tokens, 0) / seconds,
    ...[0.5, 0.95].map((q) => quantile(first, q)),
    ...[0.5, 0.95].map((q) => quantile(between, q)),
  ].map((value) => value.toFixed(0).padStart(9));
};

// Compiled and warm.
await crowd();
console.log(`${streams} streams of ${tokens} tokens at once; ms`);
console.log(' tokens/s  ttft p50  ttft p95   gap p50   gap p95');
for (let round = 0; round < Number(options.rounds); round++) console.log((await crowd()).join(' '));
await server.stop();
