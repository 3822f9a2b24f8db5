/**
 * What OpenAI's dialect costs: rendering many vectors, as numbers and in base64, and reading and wording small requests.
 * `npm run bench -- render [--vectors 2048] [--width 384] [--rounds 30]`. Runs no model and no server.
 */
import { parseArgs } from 'node:util';
import type { Response } from 'express';
import { chat } from '../src/dialects/openai/chat.js';
import { completions } from '../src/dialects/openai/completions.js';
import { embeddings } from '../src/dialects/openai/embeddings.js';
import type { Endpoint } from '../src/dialects/openai/endpoint.js';
import { sendAnswer } from '../src/http/json-answer.js';
import type { Collected } from '../src/infer.js';
import { newProgress } from '../src/job.js';
import { validate } from '../src/validate.js';
import { tasks } from '../tasks/index.js';
import type { Task } from '../tasks/task.js';

const { values: options } = parseArgs({
  options: {
    vectors: { type: 'string', default: '2048' },
    width: { type: 'string', default: '384' },
    rounds: { type: 'string', default: '30' },
  },
});
const [vectors, width, rounds] = [options.vectors, options.width, options.rounds].map(Number) as [
  number,
  number,
  number,
];

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;

/** Takes all it is given. */
const sink = () => {
  let bytes = 0;
  const take = (text = '') => {
    bytes += text.length;
    return true;
  };
  return { res: { setHeader() {}, write: take, end: take } as unknown as Response, bytes: () => bytes };
};

/** Runs `work`, and says for how long at most nothing else had its turn. */
const longestBlock = async (work: () => Promise<unknown>): Promise<number> => {
  let longest = 0;
  let at = performance.now();
  let watching = true;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - at);
    at = now;
    if (watching) setImmediate(look);
  };
  setImmediate(look);
  await work();
  look();
  watching = false;
  return longest;
};

/** What rendering reads of a request that is done. */
const collectedOf = (values: readonly unknown[]): Collected =>
  ({ values, settled: { usage: newProgress(0).usage } }) as unknown as Collected;

const head = { id: 'bench', created: 1, model: 'bench' };

for (const encoding_format of ['base64', 'float'] as const) {
  const values = Array.from({ length: vectors }, () => ({
    vector: Float32Array.from({ length: width }, () => Math.random() - 0.5),
    tokens: 9,
    truncated: false,
  }));
  const request = embeddings.request.parse({ input: 'x', encoding_format });
  const [cpuMs, wallMs, blockMs]: [number[], number[], number[]] = [[], [], []];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const target = sink();
    const startedAt = performance.now();
    const before = process.cpuUsage();
    const block = await longestBlock(() =>
      sendAnswer(target.res, embeddings.render(collectedOf(values), request, head)),
    );
    const { user, system } = process.cpuUsage(before);
    cpuMs.push((user + system) / 1000);
    wallMs.push(performance.now() - startedAt);
    blockMs.push(block);
    bytes = target.bytes();
  }
  const told = [cpuMs, wallMs, blockMs].map(
    (ms) => `${quantile(ms, 0.5).toFixed(1)} (p95 ${quantile(ms, 0.95).toFixed(1)})`,
  );
  console.log(
    `${vectors} x ${width} ${encoding_format}: ${(bytes / 1e6).toFixed(1)} MB, CPU ${told[0]} ms, wall ${told[1]} ms, longest block ${told[2]} ms`,
  );
}

const generated = {
  promptTokens: 9,
  cachedTokens: 0,
  choices: [{ text: 'The bear is old and likes honey.', tokens: 9, finishReason: 'stop' }],
};
const messages = [
  { role: 'system', content: 'You are a helpful assistant.' },
  { role: 'user', content: 'What is machine learning?' },
];
const vector = { vector: new Float32Array(width).fill(0.05), tokens: 9, truncated: false };

for (const [endpoint, body, value] of [
  [chat, { messages, temperature: 0.7, max_tokens: 256 }, generated],
  [completions, { prompt: 'Once upon a time', max_tokens: 16 }, generated],
  [embeddings, { input: 'a dog', encoding_format: 'base64' }, vector],
] as unknown as ReadonlyArray<readonly [Endpoint<never>, object, unknown]>) {
  const task = tasks.find(({ name }) => name === endpoint.task) as Task;
  const once = async () => {
    const request = validate(endpoint.request, body) as never;
    validate(task.request, endpoint.toTask(request));
    await sendAnswer(sink().res, endpoint.render(collectedOf([value]), request, head));
  };
  for (let i = 0; i < 2_000; i++) await once();
  const before = process.cpuUsage();
  const times = 5_000;
  for (let i = 0; i < times; i++) await once();
  const { user, system } = process.cpuUsage(before);
  console.log(
    `${endpoint.route}: ${((user + system) / 1000 / times).toFixed(4)} ms of CPU to read and to word`,
  );
}
