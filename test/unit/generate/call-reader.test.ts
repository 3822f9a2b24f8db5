import {
  type CallFormat,
  callFormatOf,
  defaultCallFormat,
} from '../../../src/runner/generate/call-format.js';
import { type CallDelta, CallReader } from '../../../src/runner/generate/call-reader.js';

const hermes = defaultCallFormat;
const llama3 = callFormatOf('{{ tools }} "parameters" <|python_tag|>')!;
const mistral = callFormatOf('{{ tools }} [TOOL_CALLS]')!;

const functions = ['a', 'b', 'now', 'get_weather'];

/** What the pieces of a text were told to be. */
const read = (format: CallFormat, pieces: readonly string[]) => {
  let ids = 0;
  const reader = new CallReader(format, { functions, newId: () => `id${ids++}` });
  const told = [...pieces.map((piece) => reader.push(piece)), reader.flush()];
  const deltas = told.flatMap(({ calls }) => calls);
  return {
    content: told.map(({ content }) => content).join(''),
    calls: deltas.reduce(joined, []),
    kept: { content: reader.content, calls: reader.calls.map((call) => ({ ...call })) },
  };
};

const joined = (
  calls: ReadonlyArray<{ id: string; name: string; arguments: string }>,
  { index, id, name, arguments: more }: CallDelta,
) => {
  const known = calls[index] ?? { id: id!, name: name!, arguments: '' };
  return [...calls.slice(0, index), { ...known, arguments: known.arguments + more }];
};

type Expected = ReadonlyArray<readonly [name: string, json: string]>;

const texts: ReadonlyArray<readonly [string, CallFormat, string, string, Expected]> = [
  [
    'no call',
    hermes,
    'Just a text with <b>marks</b> and {"name": 1}.',
    'Just a text with <b>marks</b> and {"name": 1}.',
    [],
  ],
  [
    'Qwen: a call',
    hermes,
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}\n</tool_call>',
    '',
    [['get_weather', '{"city": "Oslo", "days": 3}']],
  ],
  [
    'Hermes: text, then two calls',
    hermes,
    'I\'ll look.\n\n<tool_call>{"name": "a", "arguments": {}}</tool_call>\n<tool_call>\n{"arguments": {"x": [1, {"y": "}\\"{"}]}, "name": "b"}\n</tool_call>\n',
    "I'll look.",
    [
      ['a', '{}'],
      ['b', '{"x": [1, {"y": "}\\"{"}]}'],
    ],
  ],
  [
    'text behind a call',
    hermes,
    '<tool_call>{"name":"a","arguments":{}}</tool_call>\nDone <tool_',
    'Done <tool_',
    [['a', '{}']],
  ],
  ['no arguments', hermes, '<tool_call>{"name": "now"}</tool_call>', '', [['now', '{}']]],
  [
    'null for arguments',
    hermes,
    '<tool_call>{"name": "now", "arguments": null }</tool_call>',
    '',
    [['now', 'null']],
  ],
  [
    'arguments in a string',
    hermes,
    '<tool_call>{"name": "a", "arguments": "{\\"x\\": 1}"}</tool_call>',
    '',
    [['a', '{"x": 1}']],
  ],
  [
    'fields that nobody asked for',
    hermes,
    '<tool_call>{"id": 7, "name": "a", "more": [true, "}"], "arguments": {"x": 1}}</tool_call>',
    '',
    [['a', '{"x": 1}']],
  ],
  [
    'a call cut off in its arguments',
    hermes,
    '<tool_call>{"name": "a", "arguments": {"x": "y',
    '',
    [['a', '{"x": "y']],
  ],
  ['a call cut off in its name', hermes, 'So: <tool_call>{"name": "get_w', 'So:', []],
  ['what only looks like a call', hermes, '<tool_call>nothing</tool_call>', 'nothing</tool_call>', []],
  [
    'Llama 3: a call',
    llama3,
    '{"name": "get_weather", "parameters": {"city": "Århus \\u00e9"}}',
    '',
    [['get_weather', '{"city": "Århus \\u00e9"}']],
  ],
  [
    'Llama 3: calls behind its tag',
    llama3,
    '<|python_tag|>{"type": "function", "name": "a", "parameters": {"x": -1.5e3}}; {"name": "b", "parameters": {}}',
    '',
    [
      ['a', '{"x": -1.5e3}'],
      ['b', '{}'],
    ],
  ],
  [
    'Llama 3: a second call cut off in its key',
    llama3,
    '{"name": "a", "parameters": {}};\n{"na',
    '',
    [['a', '{}']],
  ],
  ['Llama 3: an answer in JSON', llama3, '{"answer": {"x": "}"}} yes', '{"answer": {"x": "}"}} yes', []],
  ['Llama 3: an answer that is empty', llama3, ' {} ', '{} ', []],
  ['Llama 3: an answer cut off', llama3, '{"na', '{"na', []],
  ['Llama 3: an answer with a name', llama3, '{"name": "Al", "age": 3}', '{"name": "Al", "age": 3}', []],
  ['Llama 3: an answer without a name', llama3, '{"parameters": {"x": 1}}', '{"parameters": {"x": 1}}', []],
  ['Llama 3: a text with braces', llama3, 'Use {"name": "x"} so.', 'Use {"name": "x"} so.', []],
  [
    'Mistral: calls',
    mistral,
    '[TOOL_CALLS] [{"name": "a", "arguments": {"x": "[1]"}}, {"name": "b", "arguments": {"y": null}}]',
    '',
    [
      ['a', '{"x": "[1]"}'],
      ['b', '{"y": null}'],
    ],
  ],
  ['Mistral: text with brackets', mistral, 'A list [1, 2] and [TOOL', 'A list [1, 2] and [TOOL', []],
];

describe.each(texts)('%s', (_, format, text, content, calls) => {
  const expected = calls.map(([name, json], i) => ({ id: `id${i}`, name, arguments: json }));

  test('is told whole', () => {
    const told = read(format, [text]);
    expect(told).toEqual({ content, calls: expected, kept: { content, calls: expected } });
  });

  test('is told the same, character by character', () => {
    expect(read(format, [...text])).toEqual(read(format, [text]));
  });

  test('is told the same, wherever it is cut', () => {
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= Math.min(text.length, first + 12); second++) {
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        expect([pieces, read(format, pieces)]).toEqual([pieces, read(format, [text])]);
      }
    }
  });
});

test('a mark never shows in the content, not even its beginning', () => {
  const reader = new CallReader(hermes, { functions, newId: () => 'id' });
  const shown = [...'Wait. <tool_call>{"name":"a","arguments":{}}</tool_call>'].map(
    (one) => reader.push(one).content,
  );
  expect(shown.join('')).toBe('Wait.');
});

test('the name is told once it is known, the arguments as they come', () => {
  const reader = new CallReader(hermes, { functions, newId: () => 'id' });
  const told = ['<tool_call>{"name": "a"', ', "arguments": {"x"', ': 1', '}}', '</tool_call>'].map(
    (piece) => reader.push(piece).calls,
  );
  const args = told.map((calls) => calls.map((call) => call.arguments).join(''));
  expect(told[0]).toEqual([{ index: 0, id: 'id', name: 'a', arguments: '' }]);
  expect(args).toEqual(['', '{"x"', ': 1', '}', '']);
});
