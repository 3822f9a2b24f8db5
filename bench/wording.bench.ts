/**
 * What DeepInfra's and Hugging Face's dialects cost a small request: reading it, checking it for the task, wording the
 * answer. `npm run bench -- wording [--times 5000]`. Runs no model and no server.
 */
import { parseArgs } from 'node:util';
import type { Response } from 'express';
import { Wording } from '../src/dialects/wording.js';
import { type Answer, sendAnswer } from '../src/http/json-answer.js';
import type { Collected } from '../src/infer.js';
import { newProgress } from '../src/job.js';
import { validate } from '../src/validate.js';
import { tasks } from '../tasks/index.js';
import type { WireDialect } from '../tasks/wire.js';

const { values: options } = parseArgs({ options: { times: { type: 'string', default: '5000' } } });
const times = Number(options.times);

const sink = { setHeader() {}, write: () => true, end() {} } as unknown as Response;
const collectedOf = (value: unknown): Collected =>
  ({ values: [value], settled: { usage: newProgress(0).usage } }) as unknown as Collected;

const generated = {
  promptTokens: 9,
  cachedTokens: 0,
  choices: [{ text: 'The bear is old and likes honey.', tokens: 9, finishReason: 'stop' }],
};
const labels = { labels: ['positive', 'negative'], scores: [0.9, 0.1] };
const vector = { vector: new Float32Array(384).fill(0.05), tokens: 9, truncated: false };

for (const [name, dialect, body, value] of [
  ['text-generation', 'deepinfra', { input: 'Once upon a time', max_new_tokens: 16 }, generated],
  ['text-generation', 'huggingface', { inputs: 'Once upon a time', max_new_tokens: 16 }, generated],
  ['text-classification', 'deepinfra', { input: 'I love it' }, labels],
  ['text-classification', 'huggingface', { inputs: 'I love it', top_k: 2 }, labels],
  ['embeddings', 'deepinfra', { inputs: ['a dog'] }, vector],
  ['embeddings', 'huggingface', { inputs: ['a dog'] }, vector],
] as ReadonlyArray<readonly [string, WireDialect, Record<string, unknown>, unknown]>) {
  const task = tasks.find((one) => one.name === name)!;
  const once = async () => {
    const wording = new Wording(task, dialect, body);
    validate(task.request, wording.taskFields());
    await sendAnswer(sink, wording.render(collectedOf(value)) as Answer);
  };
  for (let i = 0; i < 2_000; i++) await once();
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) await once();
  const { user, system } = process.cpuUsage(before);
  console.log(`${name}, ${dialect}: ${((user + system) / 1000 / times).toFixed(4)} ms of CPU`);
}
