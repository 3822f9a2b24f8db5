/** Tools and forms in OpenAI's dialect: what goes to the runner, and in which words calls come back. */
import { tasks } from '../../tasks/index.js';
import { type Served, serve } from '../helpers/serve.js';
import { writes } from '../helpers/writer.js';

let service: Served;
beforeAll(async () => {
  service = await serve({ tasks, models: { 'test/writer': { task: 'text-generation', default: true } } });
});
afterAll(() => service.close());

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [
  { type: 'function', function: { name: 'get_weather', description: 'Weather.', parameters, strict: null } },
];
const body = { model: 'test/writer', messages: [{ role: 'user', content: 'Hello' }], tools };
const chat = (more: object = {}) => service.post('/v1/chat/completions', { ...body, ...more });
const sent = () => {
  const { input, params } = service.runners.last.batches.at(-1)![0]!;
  return { input, params } as { input: Record<string, unknown>; params: Record<string, unknown> };
};

const rules = {
  functions: [{ name: 'get_weather', parameters, strict: false, path: 'tools[0].function.parameters' }],
  isForced: false,
  isParallel: true,
};

test.each([
  ['as the model likes', {}, rules],
  ['one at a time', { parallel_tool_calls: false }, { ...rules, isParallel: false }],
  ['at least once', { tool_choice: 'required' }, { ...rules, isForced: true }],
  [
    'one by name',
    { tool_choice: { type: 'function', function: { name: 'get_weather' } } },
    { ...rules, isForced: true, isParallel: false },
  ],
])('tools are offered to be called %s', async (_, more, calls) => {
  writes(service.runners, { pieces: [['x']] });
  expect((await chat(more)).status).toBe(200);
  expect(sent().params.calls).toEqual(calls);
  expect(sent().input.tools).toMatchObject([{ function: { name: 'get_weather', description: 'Weather.' } }]);
});

test.each([{ tool_choice: 'none' }, { tools: [] }, { tools: null }])(
  'with %j there is nothing to call',
  async (more) => {
    writes(service.runners, { pieces: [['x']] });
    expect((await chat(more)).status).toBe(200);
    expect([sent().params.calls, sent().input.tools]).toEqual([undefined, undefined]);
  },
);

test('what was called before, and its answer, are part of the conversation', async () => {
  writes(service.runners, { pieces: [['x']] });
  const call = {
    id: 'c1',
    type: 'function',
    function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
  };
  const messages = [
    ...body.messages,
    { role: 'assistant', content: null, tool_calls: [call], refusal: null },
    { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'Rain' }] },
    { role: 'assistant', content: 'It rains.', tool_calls: null },
  ];
  expect((await chat({ messages })).status).toBe(200);
  expect(sent().input.messages).toEqual([
    ...body.messages,
    { role: 'assistant', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: 'Rain' },
    { role: 'assistant', content: 'It rains.' },
  ]);
});

const called = { id: 'c1', name: 'get_weather', arguments: '{"city":"Oslo"}' };
const reported = {
  id: 'c1',
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
};

test('calls come back in the message, which has no content then', async () => {
  writes(service.runners, { pieces: [[]], finishReason: 'tool_calls', calls: [called] });
  const { json } = await chat();
  expect(json.choices).toEqual([
    {
      index: 0,
      message: { role: 'assistant', content: null, refusal: null, tool_calls: [reported] },
      logprobs: null,
      finish_reason: 'tool_calls',
    },
  ]);
});

test('a stream tells the name once and the arguments as they come', async () => {
  writes(service.runners, {
    pieces: [['Wait.']],
    finishReason: 'tool_calls',
    callDeltas: [
      { index: 0, id: 'c1', name: 'get_weather', arguments: '' },
      { index: 0, arguments: '{"city":' },
      { index: 0, arguments: '"Oslo"}' },
    ],
  });
  const { text } = await chat({ stream: true });
  const chunks = text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)).choices[0]);
  expect(chunks.map(({ delta }) => delta)).toEqual([
    { role: 'assistant', content: '' },
    { content: 'Wait.' },
    {
      tool_calls: [
        { index: 0, id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '' } },
      ],
    },
    { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] },
    {},
  ]);
  expect(chunks.at(-1).finish_reason).toBe('tool_calls');
});

test.each([
  [{ type: 'text' }, undefined],
  [{ type: 'json_object' }, { grammar: { type: 'json' }, path: 'response_format.value' }],
  [
    { type: 'json_schema', json_schema: { name: 'w', schema: parameters, strict: true, extra: 1 } },
    {
      grammar: { type: 'schema', schema: parameters, strict: true },
      path: 'response_format.json_schema.schema',
    },
  ],
  [
    { type: 'json_object', value: parameters },
    { grammar: { type: 'schema', schema: parameters, strict: false }, path: 'response_format.value' },
  ],
  [
    { type: 'regex', regex: 'a+' },
    { grammar: { type: 'regex', regex: 'a+' }, path: 'response_format.regex' },
  ],
])('the form %j reaches the runner', async (response_format, grammar) => {
  writes(service.runners, { pieces: [['x']] });
  expect((await chat({ response_format, tools: undefined })).status).toBe(200);
  expect(sent().params.grammar).toEqual(grammar);
});

test.each([
  [
    { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'string' } } }] },
    'tools[0].function.parameters.type',
  ],
  [{ tools: [{ type: 'retrieval' }] }, 'tools[0].type'],
  [{ tools: [...tools, ...tools] }, 'tools'],
  [{ tools: [], tool_choice: 'required' }, 'tool_choice'],
  [{ tool_choice: { type: 'function', function: { name: 'other' } } }, 'tool_choice'],
  [{ messages: [{ role: 'assistant', content: null }] }, 'messages[0].content'],
  [
    { response_format: { type: 'json_schema', json_schema: { schema: { type: 'x' } } } },
    'response_format.json_schema.schema.type',
  ],
  [{ response_format: { type: 'xml' } }, 'response_format.type'],
])('%j is refused before a model is asked', async (more, param) => {
  const asked = service.runners.inputs.length;
  const { status, json } = await chat(more);
  expect([status, json.error.type, json.error.param]).toEqual([400, 'invalid_request_error', param]);
  expect(service.runners.inputs.length).toBe(asked);
});
