/**
 * Text generation, end to end over HTTP with server-sent events: tokens a second with so many streams at once, and how
 * fast prompts are read; beside raw session runs, llama-server, and Transformers.js for one request.
 * `npm run bench -- decode [--models DIR] [--shapes llama-135m-int4,qwen2.5-0.5b-int4] [--streams 1,4,8,16] [--tokens 128]
 *  [--rounds 3] [--llama-server PATH --gguf DIR]` (DIR holds <shape>.gguf of the same shape in Q4_0).
 */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Generator, llamaFor, promptOf, taskwire } from './generators.js';
import { dtypeOf, linkModel, median, type Running, startNaive } from './service.js';
import { steadyRate, stream } from './streams.js';

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
const levels = options.streams.split(',').map(Number);
const shortWords = 24;
/** Some 500 tokens. */
const longWords = 400;

const rawScript = fileURLToPath(new URL('./raw-decode.js', import.meta.url));
/** `slots` = 0: tokens a second of reading `past` tokens. */
const raw = (folder: string, slots: number, past: number): number =>
  Number(
    execFileSync(process.execPath, [rawScript, folder, String(slots), String(past), '3'], {
      encoding: 'utf8',
    }),
  );

let next = 0;
const decodeRate = async (server: Running, generator: Generator, count: number): Promise<number> => {
  const one = () => stream(server, generator.request({ prompt: promptOf(next++, shortWords), tokens }));
  return steadyRate(await Promise.all(Array.from({ length: count }, one)));
};

const prefillRate = async (server: Running, generator: Generator) => {
  const prompt = promptOf(next++, longWords);
  const { promptTokens, startedAt, arrivals, endedAt } = await stream(
    server,
    generator.request({ prompt, tokens: 1 }),
  );
  return { promptTokens, rate: (promptTokens * 1000) / ((arrivals[0] ?? endedAt) - startedAt) };
};

const transformersRate = async (folder: string): Promise<number> => {
  const { dir, id } = linkModel(folder);
  const server = await startNaive(dir, id, 'text-generation', dtypeOf(folder));
  const generate = async () => {
    const startedAt = performance.now();
    const body = JSON.stringify({ prompt: promptOf(next++, shortWords), max_tokens: tokens });
    await (await fetch(server.url, { method: 'POST', body })).text();
    return (tokens * 1000) / (performance.now() - startedAt);
  };
  await generate();
  const rate = await generate();
  await server.stop();
  return rate;
};

/** Rates by what was measured, one a round. */
class Rates {
  readonly #all = new Map<string, number[]>();

  add(key: string, rate: number): void {
    this.#all.set(key, [...(this.#all.get(key) ?? []), rate]);
  }

  median(key: string): number {
    return median(this.#all.get(key) ?? []);
  }
}

const bench = async (shape: string): Promise<void> => {
  const folder = resolve(options.models, shape);
  const slots = Math.max(...levels);
  const place = { program: options['llama-server'], folder: options.gguf, slots, slotTokens: 1024 };
  const generators = [taskwire(folder), llamaFor(shape, place)].filter((one) => one !== undefined);
  const rates = new Rates();
  let promptTokens = 0;
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const generator of generators) {
      const server = await generator.start();
      await decodeRate(server, generator, 1);
      for (const level of levels)
        rates.add(`${generator.name} ${level}`, await decodeRate(server, generator, level));
      const prefill = await prefillRate(server, generator);
      rates.add(`${generator.name} prefill`, prefill.rate);
      if (generator.name === 'taskwire') promptTokens = prefill.promptTokens;
      await server.stop();
    }
    for (const level of levels) rates.add(`raw ${level}`, raw(folder, level, 64));
    rates.add('raw prefill', raw(folder, 0, promptTokens));
    rates.add('transformers 1', await transformersRate(folder));
  }
  for (const what of [...levels.map(String), 'prefill']) {
    const of = (name: string) => rates.median(`${name} ${what}`);
    const columns = [of('taskwire'), of('raw'), of('llama-server'), of('transformers')];
    const cells = columns.map((rate, i) => {
      const ratio = i === 0 ? '' : ` ${(columns[0]! / rate).toFixed(2).padStart(6)}`;
      return `${rate.toFixed(0).padStart(9)}${ratio}`;
    });
    console.log(`${shape.padEnd(20)} ${what.padStart(7)} ${cells.join(' ')}`);
  }
};

console.log(`tokens/s; ${tokens} tokens a stream, median of ${options.rounds} rounds`);
console.log(`${'shape'.padEnd(20)} streams  taskwire       raw  /raw       llama /llama    transformers.js`);
for (const shape of options.shapes.split(',')) await bench(shape);
