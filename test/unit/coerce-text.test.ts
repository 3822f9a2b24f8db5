import { coerceText } from '../../src/dialects/coerce-text.js';
import { request as classification } from '../../tasks/text-classification/schema.js';
import { request as generation } from '../../tasks/text-generation/schema.js';

const { shape } = generation;

test('texts that stand for numbers, booleans and arrays become those where the field wants them', () => {
  expect(
    coerceText(
      { prompt: 'x', temperature: '0.5', n: '2', stream: 'true', stop_sequences: '["\\n"]', logprobs: '3' },
      shape,
    ),
  ).toEqual({ prompt: 'x', temperature: 0.5, n: 2, stream: true, stop_sequences: ['\n'], logprobs: 3 });
});

test("Python's booleans are booleans where the field wants one, and text elsewhere", () => {
  expect(coerceText({ stream: 'True', ignore_eos: 'False', prompt: 'True' }, shape)).toEqual({
    stream: true,
    ignore_eos: false,
    prompt: 'True',
  });
});

test('a text field keeps what looks like JSON', () => {
  for (const prompt of ['5', 'true', 'null', '["a"]', '{"a":1}'])
    expect(coerceText({ prompt }, shape)).toEqual({ prompt });
  expect(coerceText({ inputs: '["a","b"]' }, classification.shape)).toEqual({ inputs: '["a","b"]' });
});

test('what is no JSON stays as it came, for the schema to judge', () => {
  expect(coerceText({ n: 'two', stream: 'yes', temperature: '' }, shape)).toEqual({
    n: 'two',
    stream: 'yes',
    temperature: '',
  });
});

test('unknown fields and values that are no text are left alone', () => {
  const bytes = Uint8Array.of(1);
  expect(coerceText({ odd: '5', image: bytes }, shape)).toEqual({ odd: '5', image: bytes });
});

test('what is nested too deep stays the text that it is', () => {
  const tools = `${'['.repeat(2_000)}${']'.repeat(2_000)}`;
  expect(coerceText({ tools }, shape)).toEqual({ tools });
});
