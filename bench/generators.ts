/** Servers that generate text, alike: how to start one, and what to ask it. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { sleep } from './load.js';
import { freePort, linkModel, type Running, spawnServer, startService } from './service.js';
import type { StreamRequest } from './streams.js';

export interface Wish {
  readonly prompt: string;
  /** Exactly so many, however the model would like to end. */
  readonly tokens: number;
}

export interface Generator {
  readonly name: string;
  start(): Promise<Running>;
  request(wish: Wish): StreamRequest;
}

export const taskwire = (folder: string, env: NodeJS.ProcessEnv = {}): Generator => {
  const { dir, id } = linkModel(folder);
  return {
    name: 'taskwire',
    start: () => startService(dir, id, env),
    request: ({ prompt, tokens }) => ({
      path: '/v1/inference/text-generation/stream',
      body: {
        model: id,
        prompt,
        max_tokens: tokens,
        min_tokens: tokens,
        ignore_eos: true,
        temperature: 0,
      },
      totals: ({ tokens_used, usage }) =>
        tokens_used === undefined
          ? undefined
          : {
              tokens: tokens_used as number,
              promptTokens: (usage as { prompt_tokens: number }).prompt_tokens,
            },
    }),
  };
};

export interface LlamaOptions {
  /** The `llama-server` program. */
  readonly program: string;
  readonly gguf: string;
  readonly slots: number;
  readonly slotTokens: number;
}

const llamaServer = ({ program, gguf, slots, slotTokens }: LlamaOptions): Generator => ({
  name: 'llama-server',
  async start() {
    const port = await freePort();
    const cores = String(availableParallelism());
    const place = ['--host', '127.0.0.1', '--port', String(port), '-t', cores, '-tb', cores, '--no-warmup'];
    const args = ['-m', gguf, '-np', String(slots), '-c', String(slots * slotTokens), ...place];
    const child = spawnServer(program, args, { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    const isUp = () =>
      fetch(`${url}/health`).then(
        (answer) => answer.ok,
        () => false,
      );
    while (!(await isUp())) await sleep(200);
    return { url, headers: {}, pid: child.pid!, stop: async () => void child.kill() };
  },
  request: ({ prompt, tokens }) => ({
    path: '/completion',
    body: {
      prompt,
      n_predict: tokens,
      ignore_eos: true,
      temperature: 0,
      stream: true,
      cache_prompt: false,
    },
    totals: ({ tokens_predicted, tokens_evaluated, stop }) =>
      stop ? { tokens: tokens_predicted as number, promptTokens: tokens_evaluated as number } : undefined,
  }),
});

/** `undefined` unless both the program and a file `<shape>.gguf` (the precision left out) are there. */
export const llamaFor = (
  shape: string,
  { program, folder, slots, slotTokens }: Omit<LlamaOptions, 'gguf'> & { readonly folder: string },
): Generator | undefined => {
  const gguf = resolve(folder, `${shape.replace('-int4', '')}.gguf`);
  return program && existsSync(gguf) ? llamaServer({ program, gguf, slots, slotTokens }) : undefined;
};

const words = 'river mountain lantern winter garden copper window thunder silver market'.split(' ');

/** So many words that begin with the digits of i: no prompt goes on far from what another left in a cache. */
export const promptOf = (i: number, length: number): string => {
  const digits = [...String(i)].map(Number);
  return Array.from({ length }, (_, k) => words[digits[k] ?? (i * 7 + k * 3 + i * k + (k >> 3)) % 10]).join(
    ' ',
  );
};
