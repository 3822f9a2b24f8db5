/**
 * Holding texts to grammars: compiling a schema, and finding what may come next, over a vocabulary of real size.
 * `npm run bench -- grammars [--models DIR] [--shapes llama-135m,qwen2.5-0.5b] [--rounds 5]`. Runs no model.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Automaton, Situation } from '../src/grammar/automaton.js';
import { automatonOf, type Grammar, grammarPart } from '../src/grammar/grammar.js';
import { TokenBytes } from '../src/runner/generate/token-bytes.js';
import { ModelFolder } from '../src/runner/model-folder.js';
import { Tokenizer } from '../src/runner/tokenizer.js';

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: '.work/bench-models' },
    shapes: { type: 'string', default: 'llama-135m,qwen2.5-0.5b' },
    rounds: { type: 'string', default: '5' },
  },
});

const member = (i: number): object => {
  if (i % 3 === 0) return { type: 'string' };
  return i % 3 === 1
    ? { type: 'array', items: { type: 'number' } }
    : { type: 'object', properties: { x: { type: 'boolean' } } };
};

const schemaOf = (properties: object, required: readonly string[]): Grammar => ({
  type: 'schema',
  schema: { type: 'object', properties, required, additionalProperties: false },
  strict: true,
});

/** Each with a text along which the next tokens are asked for. */
const cases: ReadonlyArray<readonly [name: string, grammar: Grammar, text: string]> = [
  [
    'two members',
    schemaOf({ a: { type: 'integer' }, b: { type: 'string' } }, ['a', 'b']),
    '{"a": 12, "b": "hello world"}',
  ],
  [
    'a string of 3 to 40',
    schemaOf({ b: { type: 'string', minLength: 3, maxLength: 40 } }, ['b']),
    '{"b": "hello wide world"}',
  ],
  [
    'a string of 3 to 4000',
    schemaOf({ b: { type: 'string', minLength: 3, maxLength: 4000 } }, ['b']),
    '{"b": "hello wide world"}',
  ],
  [
    '30 members',
    schemaOf(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`member${i}`, member(i)])), [
      'member0',
    ]),
    '{"member0": "hello", "member7": [1, 2]}',
  ],
  ['any object', { type: 'json' }, '{"key": ["value", {"more": true}]}'],
  ['an expression', { type: 'regex', regex: '[^x]{0,200}' }, 'hello wide world'],
];

const timed = async <T>(work: () => T | Promise<T>): Promise<{ readonly value: T; readonly ms: number }> => {
  const startedAt = performance.now();
  return { value: await work(), ms: performance.now() - startedAt };
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Time for each place in the text, as if it were there for the first time. */
const alongText = async (automaton: Automaton, tokens: TokenBytes, text: string): Promise<number[]> => {
  const times: number[] = [];
  let situation: Situation = automaton.start;
  for (const byte of Buffer.from(text)) {
    times.push((await timed(() => tokens.allowed(automaton, situation))).ms);
    situation = automaton.step(situation, byte)!;
  }
  return times;
};

for (const shape of options.shapes.split(',')) {
  const model = new ModelFolder(resolve(options.models, shape), 'fp32', {});
  const tokenizer = Tokenizer.open(model);
  const vocabulary = model.config<{ vocab_size: number }>().vocab_size;
  const { value: tokens, ms } = await timed(() =>
    TokenBytes.arrange(vocabulary, (id) => tokenizer.bytes(id)),
  );
  console.log(`${shape}: ${vocabulary} tokens, arranged once in ${ms.toFixed(0)} ms, in slices`);
  console.log(`${''.padEnd(24)}compile ms   next tokens: median ms   worst ms`);
  for (const [name, grammar, text] of cases) {
    const compile: number[] = [];
    const middle: number[] = [];
    const worst: number[] = [];
    for (let round = 0; round < Number(options.rounds); round++) {
      const { value: automaton, ms: compileMs } = await timed(() =>
        automatonOf(grammarPart(grammar, name), name),
      );
      const times = await alongText(automaton, tokens, text);
      compile.push(compileMs);
      middle.push(median(times));
      worst.push(Math.max(...times));
    }
    const columns = [compile, middle, worst].map((values) => median(values).toFixed(2));
    console.log(
      `${name.padEnd(24)}${columns[0]!.padStart(10)}${columns[1]!.padStart(26)}${columns[2]!.padStart(11)}`,
    );
  }
}
