/**
 * What a row costs after the model has run: a token from 151,936 logits. `npm run bench -- sampler [--rounds 200]`
 * Peaked logits are a trained model's: some fifty candidates far above the rest. Flat ones are the worst case.
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/runner/generate/random.js';
import {
  applyPenalties,
  greedySampling,
  logprobsOf,
  type SamplingParams,
  sample,
} from '../src/runner/generate/sampler.js';
import { median } from './service.js';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } });
const vocabulary = 151_936;
const random = seededRandom(1n);

const gaussian = (): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const flat = Float32Array.from({ length: vocabulary }, () => gaussian() * 2.5);
const peaked = flat.slice();
for (let i = 0; i < 50; i++) peaked[(i * 3037) % vocabulary] = 22 - i * 0.4;

const plain: SamplingParams = { ...greedySampling, temperature: 1 };
const draw = (changed: Partial<SamplingParams>) => (logits: Float32Array) =>
  void sample(logits, { ...plain, ...changed }, random);

const seen = new Set(Array.from({ length: 1000 }, (_, i) => i * 150));
const history = { seen, generated: new Map([...seen].map((id) => [id, 1])) };
const penalties = { ...plain, repetitionPenalty: 1.1, frequencyPenalty: 0.5 };

const cases: ReadonlyArray<readonly [string, (logits: Float32Array) => void]> = [
  ['greedy', draw({ temperature: 0 })],
  ['top_p 0.9, top_k 50', draw({ topP: 0.9, topK: 50 })],
  ['temperature alone', draw({})],
  ['top_p 0.9', draw({ topP: 0.9 })],
  ['min_p 0.05', draw({ minP: 0.05 })],
  ['penalties over 1,000 tokens', (logits) => applyPenalties(logits, penalties, history)],
  ['logprobs, 20 alternatives', (logits) => void logprobsOf(logits, 7, 20)],
];

console.log(`${'ms a row'.padEnd(30)}    peaked      flat`);
for (const [name, run] of cases) {
  const times = [peaked, flat].map((logits) => {
    const taken = Array.from({ length: Number(options.rounds) }, () => {
      const copy = logits.slice();
      const startedAt = performance.now();
      run(copy);
      return performance.now() - startedAt;
    });
    return median(taken).toFixed(2).padStart(10);
  });
  console.log(name.padEnd(30) + times.join(''));
}
