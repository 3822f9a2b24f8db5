import { automatonOf } from '../../../src/grammar/grammar.js';
import { choice, literal } from '../../../src/grammar/network.js';
import {
  type CallFormat,
  type CallRules,
  callFormatOf,
  callsPart,
  defaultCallFormat,
} from '../../../src/runner/generate/call-format.js';
import { CallReader } from '../../../src/runner/generate/call-reader.js';
import { fits, randomText } from '../../helpers/grammar.js';
import { TestRandom } from '../../helpers/random.js';

const hermes = defaultCallFormat;
const llama3 = callFormatOf('{% if tools %}"parameters"{% endif %}')!;
const mistral = callFormatOf('[AVAILABLE_TOOLS]{{ tools }}[TOOL_CALLS]')!;

test.each([
  ['{% for tool in tools %}<tools>{{ tool }}</tools><tool_call>', 'hermes'],
  ['{% if tools is not none %}[AVAILABLE_TOOLS] {{ tools }}[TOOL_CALLS]', 'mistral'],
  ['{{- "<|python_tag|>" }}{% if tools %}', 'llama3'],
  ['{% if tools %}{"name": function name, "parameters": dictionary}', 'llama3'],
  ['{% if tools %}{{ tools | tojson }}', 'hermes'],
  ['{% for message in messages %}{{ message.content }}', undefined],
])('%s is the template of %s', (template, name) => {
  expect(callFormatOf(template)?.name).toBe(name);
});

const functions = [
  {
    name: 'get_weather',
    parameters: { properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city'] },
    strict: true,
    path: 'tools[0].function.parameters',
  },
  { name: 'now', parameters: undefined, strict: false, path: 'tools[1].function.parameters' },
];
const rules: CallRules = { functions, isForced: false, isParallel: true };
const grammar = (format: CallFormat, more: Partial<CallRules> = {}) =>
  automatonOf(callsPart(format, { ...rules, ...more }, undefined), 'tools');

const weather = '{"name": "get_weather", "arguments": {"city": "Oslo", "days": 2}}';
const now = '{"name": "now", "arguments": {}}';
const llama = (call: string) => call.replace('arguments', 'parameters');

test.each<[string, CallFormat, Partial<CallRules>, string[], string[]]>([
  [
    'Hermes, as it likes',
    hermes,
    {},
    [
      '',
      'Hello <b> {',
      `<tool_call>${now}</tool_call>`,
      `Wait.\n<tool_call>\n${weather}\n</tool_call>\n<tool_call>\n${now}\n</tool_call>`,
    ],
    [
      '<tool_call>',
      `<tool_call>${now}`,
      '<tool_call>no</tool_call>',
      `<tool_call>${weather.replace('city', 'town')}</tool_call>`,
    ],
  ],
  [
    'Hermes, forced',
    hermes,
    { isForced: true },
    [`<tool_call>${now}</tool_call>`],
    ['', 'Hello', `Hello <tool_call>${now}</tool_call>`],
  ],
  [
    'Hermes, one call',
    hermes,
    { isParallel: false },
    [`Hm.<tool_call>${now}</tool_call>`],
    [`<tool_call>${now}</tool_call>\n<tool_call>${now}</tool_call>`],
  ],
  [
    'Llama 3, as it likes',
    llama3,
    {},
    ['', 'Hello {', llama(now), `${llama(weather)}; ${llama(now)}`],
    ['{', ' {"name"', now],
  ],
  [
    'Llama 3, forced',
    llama3,
    { isForced: true, isParallel: false },
    [llama(weather)],
    ['', 'Hello', `${llama(now)}; ${llama(now)}`],
  ],
  [
    'Mistral, as it likes',
    mistral,
    {},
    ['Hello [1]', `[TOOL_CALLS][${now}]`, `[TOOL_CALLS] [${weather}, ${now}]`],
    ['[TOOL_CALLS]', `[TOOL_CALLS]${now}`],
  ],
  ['Mistral, forced', mistral, { isForced: true }, [`[TOOL_CALLS][${now}]`], ['', `[${now}]`]],
])('%s', (_, format, more, good, bad) => {
  const reader = grammar(format, more);
  expect(good.filter((text) => !fits(reader, text))).toEqual([]);
  expect(bad.filter((text) => fits(reader, text))).toEqual([]);
});

test('content of a form is held to it where nothing is called', () => {
  const content = choice(literal('yes'), literal('no'));
  const reader = automatonOf(callsPart(hermes, rules, content), 'tools');
  expect(['yes', `<tool_call>${now}</tool_call>`].every((text) => fits(reader, text))).toBe(true);
  expect(['maybe', '', `yes<tool_call>${now}</tool_call>`].some((text) => fits(reader, text))).toBe(false);
});

test.each([hermes, llama3, mistral])('what the grammar of $name allows is read as calls again', (format) => {
  const random = new TestRandom(5);
  const forced = grammar(format, { isForced: true });
  for (let i = 0; i < 50; i++) {
    const text = randomText(forced, random);
    const reader = new CallReader(format, { functions: ['now', 'get_weather'], newId: () => 'id' });
    reader.push(text);
    reader.flush();
    expect([text, reader.content, reader.calls.length > 0]).toEqual([text, '', true]);
    for (const { name, arguments: json } of reader.calls) {
      const keys = Object.keys(JSON.parse(json));
      expect(name === 'now' ? keys : keys.includes('city')).toEqual(name === 'now' ? [] : true);
    }
  }
});
