/** Calls of functions, by a real model that was never trained to call: what holds it to them is the grammar. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fixture } from '../helpers/fixtures.js';
import { randomSchema } from '../helpers/grammar.js';
import { validatorOf } from '../helpers/json-validator.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { TestRandom } from '../helpers/random.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';

const patienceMs = 300_000;

let service: LiveService;
beforeAll(async () => {
  // Its window is short, but its graph has no limit; what it says there makes no sense, and need not.
  const models = temporaryFolder();
  cpSync(fixture('models/tiny/llama-classic'), join(models, 'tiny/long'), { recursive: true });
  writeFiles(models, { 'tiny/long/taskwire.json': { task: 'text-generation', context_window: 1024 } });
  service = await startService({ TASKWIRE_MODELS_DIR: models });
}, patienceMs);
afterAll(() => service?.close());

interface ToolCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

interface Result {
  readonly generated_text: string;
  readonly finish_reason: string;
  readonly tool_calls?: readonly ToolCall[];
}

const base = {
  model: 'tiny/long',
  messages: [{ role: 'user', content: 'Go.' }],
  max_tokens: 400,
  temperature: 1,
};
const tool = (name: string, parameters?: object) => ({
  function: { name, ...(parameters ? { parameters } : {}) },
});

const ask = async (more: object): Promise<Result> => {
  const headers = { 'x-request-timeout-ms': `${patienceMs}` };
  const { status, json } = await service.post('/v1/inference/text-generation', { ...base, ...more }, headers);
  expect([status, json.error]).toEqual([200, undefined]);
  return json;
};

test(
  'the arguments of forced calls are JSON that their schema accepts: 30 schemas, drawn at temperature 1',
  async () => {
    const random = new TestRandom(31);
    const schemas = random
      .array(600, () => randomSchema(random))
      .filter((schema) => schema.type === 'object' && JSON.stringify(schema).length < 600)
      .slice(0, 30);
    expect(schemas.length).toBe(30);
    const results = await Promise.all(
      schemas.map((parameters, seed) =>
        ask({
          tools: [tool('f', parameters)],
          tool_choice: 'required',
          parallel_tool_calls: false,
          seed,
        }),
      ),
    );
    let ended = 0;
    for (const [i, result] of results.entries()) {
      if (result.finish_reason !== 'tool_calls') continue;
      ended++;
      const validate = validatorOf(schemas[i]);
      const [call] = result.tool_calls!;
      expect(call!.function.name).toBe('f');
      const isValid = validate(JSON.parse(call!.function.arguments));
      expect([schemas[i], call, isValid]).toEqual([schemas[i], call, true]);
    }
    expect(ended).toBeGreaterThan(20);
  },
  patienceMs,
);

test('one by name is called once, whatever else there is', async () => {
  const choice = { type: 'function', function: { name: 'b' } };
  for (let seed = 0; seed < 5; seed++) {
    const {
      tool_calls: calls,
      finish_reason,
      generated_text,
    } = await ask({ tools: [tool('a'), tool('b')], tool_choice: choice, seed });
    expect([calls?.map((call) => call.function.name), finish_reason, generated_text]).toEqual([
      ['b'],
      'tool_calls',
      '',
    ]);
  }
});

test('several calls have ids of their own', async () => {
  for (let seed = 0; seed < 10; seed++) {
    const result = await ask({ tools: [tool('a'), tool('b')], tool_choice: 'required', seed });
    const calls = result.tool_calls ?? [];
    if (calls.length < 2) continue;
    expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
    return;
  }
  throw new Error('no text had two calls');
});

test('a model that may call and does not has said a text', async () => {
  const {
    tool_calls: calls,
    generated_text,
    finish_reason,
  } = await ask({ tools: [tool('a')], temperature: 0, max_tokens: 10 });
  expect([calls, generated_text.length > 0, ['stop', 'length'].includes(finish_reason)]).toEqual([
    undefined,
    true,
    true,
  ]);
});

test('with no calls allowed the prompt is the one without tools', async () => {
  const [without, none] = await Promise.all([
    ask({ temperature: 0 }),
    ask({ tools: [tool('a')], tool_choice: 'none', temperature: 0 }),
  ]);
  expect(none.generated_text).toBe(without.generated_text);
});

test('what it says instead of calling is held to its form too', async () => {
  const format = { response_format: { type: 'choice', choices: ['yes', 'no'] } };
  for (let seed = 0; seed < 5; seed++) {
    const {
      tool_calls: calls,
      generated_text,
      finish_reason,
    } = await ask({ tools: [tool('a')], parallel_tool_calls: false, ...format, seed });
    if (finish_reason === 'tool_calls') expect([calls?.length, generated_text]).toEqual([1, '']);
    else expect(['yes', 'no']).toContain(generated_text);
  }
});

test('streamed pieces joined are the unary call', async () => {
  const parameters = {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 8 } },
    required: ['city'],
  };
  const body = {
    ...base,
    tools: [tool('a', parameters)],
    tool_choice: 'required',
    parallel_tool_calls: false,
    seed: 5,
  };
  const unary = await ask(body);
  const { text } = await service.post('/v1/inference/text-generation/stream', body);
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
  const pieces = events.flatMap((event) => event.tool_calls ?? []);
  expect(pieces.map((piece) => piece.function.arguments).join('')).toBe(
    unary.tool_calls![0]!.function.arguments,
  );
  expect(pieces.map((piece) => piece.function.name).filter(Boolean)).toEqual(['a']);
  expect(events.map(({ token }) => token).join('')).toBe('');
  expect(events.at(-1)).toMatchObject({ finished: true, finish_reason: 'tool_calls' });
});

test('a call that ran out of tokens says so', async () => {
  const parameters = {
    type: 'object',
    properties: { a: { type: 'string', minLength: 100 } },
    required: ['a'],
  };
  const { finish_reason, tool_calls: calls } = await ask({
    tools: [tool('f', parameters)],
    tool_choice: 'required',
    max_tokens: 50,
  });
  expect(finish_reason).toBe('length');
  expect(() => JSON.parse(calls![0]!.function.arguments)).toThrow();
});

test('an answer to a call is read', async () => {
  const called = { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }] };
  const answered = { role: 'tool', tool_call_id: 'a', content: 'The bear is old.' };
  const { finish_reason } = await ask({ messages: [...base.messages, called, answered], max_tokens: 5 });
  expect(['stop', 'length']).toContain(finish_reason);
});

test.each([
  [{ tools: [tool('a', { type: 'array' })] }, 'tools[0].function.parameters.type'],
  [
    { tools: [tool('a', { properties: { x: { type: 'strin' } } })] },
    'tools[0].function.parameters.properties.x.type',
  ],
  [{ tools: [tool('a'), tool('a')] }, 'tools'],
  [{ tools: [tool('not a name')] }, 'tools[0].function.name'],
  [{ tool_choice: 'required' }, 'tool_choice'],
  [{ tools: [tool('a')], tool_choice: { type: 'function', function: { name: 'b' } } }, 'tool_choice'],
  [{ tools: [tool('a')], messages: undefined, prompt: 'Go.' }, 'tools'],
  [{ messages: [{ role: 'assistant' }] }, 'messages[0].content'],
])('%j is refused by the name of its field', async (more, param) => {
  const { status, json } = await service.post('/v1/inference/text-generation', { ...base, ...more });
  expect([status, json.error.param]).toEqual([400, param]);
});
