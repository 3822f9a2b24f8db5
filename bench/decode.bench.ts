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
import { runnerEnvironment } from '../src/engine/runner-environment.js';
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
      env: runnerEnvironment(process.env),
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
  const generate = async (count: number) => {
    const startedAt = performance.now();
    const body = JSON.stringify({ prompt: promptOf(next++, shortWords), max_tokens: count });
    await (await fetch(server.url, { method: 'POST', body })).text();
    return performance.now() - startedAt;
  };
  await generate(tokens);
  // As of the others: from the first token on.
  const firstMs = await generate(1);
  const allMs = await generate(tokens);
  await server.stop();
  return ((tokens - 1) * 1000) / (allMs - firstMs);
};

/** Rates by who and what was measured, one a round. */
class Rates {
  readonly #all = new Map<string, number[]>();

  add(who: string, what: string, rate: number): void {
    this.#all.set(`${who} ${what}`, [...this.#of(who, what), rate]);
  }

  median(who: string, what: string): number {
    return median(this.#of(who, what));
  }

  /** Median, least and most of the ratios of each round. */
  ratio(who: string, other: string, what: string): string {
    const others = this.#of(other, what);
    const ratios = this.#of(who, what).flatMap((rate, i) => (others[i] ? [rate / others[i]] : []));
    if (ratios.length === 0) return '';
    const [middle, least, most] = [median(ratios), Math.min(...ratios), Math.max(...ratios)];
    return `${middle.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`;
  }

  #of(who: string, what: string): readonly number[] {
    return this.#all.get(`${who} ${what}`) ?? [];
  }
}

interface Contender {
  readonly name: string;
  rate(level: number): Promise<number>;
}

interface Server extends Contender {
  prefill(): Promise<{ readonly promptTokens: number; readonly rate: number }>;
  stop(): Promise<void>;
}

/** A server that takes part: compiled and warm, as it is after its first minute. */
const join = async (generator: Generator, level: number): Promise<Server> => {
  const server = await generator.start();
  for (let i = 0; i < 2; i++) await decodeRate(server, generator, level);
  return {
    name: generator.name,
    rate: (count) => decodeRate(server, generator, count),
    prefill: () => prefillRate(server, generator),
    stop: () => server.stop(),
  };
};

/**
 * Servers are up at once and take turns, since the machine's speed drifts from minute to minute; who waits computes nothing.
 * llama-server is started anew for each number of streams, with as many slots: idle ones make it slower.
 */
const bench = async (shape: string): Promise<void> => {
  const folder = resolve(options.models, shape);
  const ours = await join(taskwire(folder), Math.max(...levels));
  const rates = new Rates();
  const rawRuns: Contender = { name: 'raw', rate: async (count) => raw(folder, count, 64) };
  const compete = async (slots: number, round: (servers: readonly Server[]) => Promise<void>) => {
    const place = { program: options['llama-server'], folder: options.gguf, slots, slotTokens: 1024 };
    const llama = llamaFor(shape, place);
    const theirs = llama ? [await join(llama, slots)] : [];
    for (let i = 0; i < Number(options.rounds); i++) await round([ours, ...theirs]);
    for (const { stop } of theirs) await stop();
  };
  for (const level of levels) {
    let isOdd = false;
    await compete(level, async (servers) => {
      const contenders = [...servers, rawRuns];
      for (const { name, rate } of isOdd ? contenders.toReversed() : contenders)
        rates.add(name, String(level), await rate(level));
      if (level === levels[0]) rates.add('transformers', '1', await transformersRate(folder));
      isOdd = !isOdd;
    });
  }
  // Last: what a long prompt leaves in a cache would lie beside the short texts.
  await compete(1, async (servers) => {
    const reads = new Map<string, Awaited<ReturnType<Server['prefill']>>>();
    for (const { name, prefill } of servers) reads.set(name, await prefill());
    for (const [name, { rate }] of reads) rates.add(name, 'prefill', rate);
    rates.add('raw', 'prefill', raw(folder, 0, reads.get(ours.name)!.promptTokens));
  });
  await ours.stop();
  for (const what of [...levels.map(String), 'prefill']) {
    const cells = [shape.padEnd(20), what.padStart(7), rates.median('taskwire', what).toFixed(0).padStart(9)];
    for (const other of ['raw', 'llama-server', 'transformers']) {
      const ratio = rates.ratio('taskwire', other, what);
      cells.push(`${ratio ? rates.median(other, what).toFixed(0) : ''}`.padStart(9), ratio.padEnd(17));
    }
    console.log(cells.join(' ').trimEnd());
  }
};

console.log(
  `tokens/s; ${tokens} tokens a stream, median of ${options.rounds} rounds; of each ratio least and most`,
);
const head = ['raw', 'llama-server', 'transformers.js'].map((name) => `${name.padStart(9)}`.padEnd(27));
console.log(`${'shape'.padEnd(20)} streams  taskwire ${head.join(' ')}`.trimEnd());
for (const shape of options.shapes.split(',')) await bench(shape);
