/** OpenAI's own client for JavaScript, unchanged but for the base URL and the key, against the service and a real model. */
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai';
import { type LiveService, startService } from '../helpers/live-service.js';

let service: LiveService;
let client: OpenAI;
beforeAll(async () => {
  service = await startService();
  client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: service.key, maxRetries: 0 });
  await client.completions.create({ model, prompt: 'Once', max_tokens: 1 });
}, 300_000);
afterAll(() => service?.close());

const model = 'tiny/llama-gqa';
const messages = [{ role: 'user' as const, content: 'Tell me about the bear.' }];
const answer = 'The bear is old and likes honey.';
/** The id of `The`. */
const the = 306;
const greedy = { model, messages, temperature: 0 };

test('a chat', async () => {
  const chat = await client.chat.completions.create(greedy);
  expect(chat).toMatchObject({ object: 'chat.completion', model });
  expect(chat.choices).toMatchObject([
    { message: { role: 'assistant', content: answer }, finish_reason: 'stop' },
  ]);
  const { prompt_tokens, completion_tokens, total_tokens } = chat.usage!;
  expect(prompt_tokens + completion_tokens).toBe(total_tokens);
  expect(chat._request_id).toMatch(/^req_/);
});

test('a streamed chat', async () => {
  const stream = await client.chat.completions.create({
    ...greedy,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const choices = chunks.flatMap((chunk) => chunk.choices);
  expect(choices.map(({ delta }) => delta.content ?? '').join('')).toBe(answer);
  expect(choices[0]!.delta.role).toBe('assistant');
  expect(choices.at(-1)!.finish_reason).toBe('stop');
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
});

test("the client's own collector of streams", async () => {
  const heard: string[] = [];
  const stream = client.chat.completions.stream(greedy).on('content', (piece) => heard.push(piece));
  expect(await stream.finalContent()).toBe(answer);
  expect(heard.join('')).toBe(answer);
  expect((await stream.totalUsage()).completion_tokens).toBeGreaterThan(0);
});

test('a stream that is left ends, and the next request is answered', async () => {
  const stream = await client.chat.completions.create({ model, messages, max_tokens: 200, stream: true });
  for await (const _ of stream) break;
  expect((await client.chat.completions.create(greedy)).choices[0]!.message.content).toBe(answer);
});

test('several choices, with a seed the same again', async () => {
  const ask = () =>
    client.chat.completions.create({ model, messages, n: 2, seed: 5, temperature: 2, max_tokens: 20 });
  const [first, second] = await Promise.all([ask(), ask()]);
  const texts = first.choices.map(({ message }) => message.content);
  expect(new Set(texts).size).toBe(2);
  expect(second.choices.map(({ message }) => message.content)).toEqual(texts);
});

test('log-probabilities', async () => {
  const chat = await client.chat.completions.create({
    ...greedy,
    max_tokens: 3,
    logprobs: true,
    top_logprobs: 2,
  });
  const { content } = chat.choices[0]!.logprobs!;
  expect(content!.map(({ token }) => token).join('')).toBe('The bear is');
  for (const { token, logprob, bytes, top_logprobs: top } of content!) {
    expect(Buffer.from(bytes!).toString()).toBe(token);
    expect([logprob <= 0, top[0]!.logprob, top.length]).toEqual([true, logprob, 2]);
  }
});

test('stop texts, biases and limits', async () => {
  const stopped = await client.chat.completions.create({ ...greedy, stop: [' likes', 'x'] });
  expect(stopped.choices[0]).toMatchObject({
    message: { content: 'The bear is old and' },
    finish_reason: 'stop',
  });
  const short = await client.chat.completions.create({ ...greedy, max_completion_tokens: 2 });
  expect(short.choices[0]).toMatchObject({ message: { content: 'The bear' }, finish_reason: 'length' });
  const biased = await client.chat.completions.create({
    ...greedy,
    max_tokens: 1,
    logit_bias: { [the]: -100 },
  });
  expect(biased.choices[0]!.message.content).not.toBe('The');
});

const tools: OpenAI.Chat.Completions.ChatCompletionTool[] = [{ type: 'function', function: { name: 'now' } }];

test('a tool that has to be called', async () => {
  const forced = {
    model,
    messages,
    tools,
    tool_choice: 'required' as const,
    parallel_tool_calls: false,
    temperature: 0,
    max_tokens: 90,
  };
  const chat = await client.chat.completions.create(forced);
  const [call] = chat.choices[0]!.message.tool_calls!;
  if (call?.type !== 'function') throw new Error('no function was called');
  expect([chat.choices[0]!.message.content, call.function.name]).toEqual([null, 'now']);
  expect(JSON.parse(call.function.arguments)).toEqual({});
  const stream = client.chat.completions.stream(forced);
  const { message } = (await stream.finalChatCompletion()).choices[0]!;
  expect(message.tool_calls).toMatchObject([{ type: 'function', function: { name: 'now' } }]);
});

const schema = {
  type: 'object',
  properties: { old: { type: 'boolean' }, likes: { enum: ['honey', 'fish'] } },
  required: ['old', 'likes'],
  additionalProperties: false,
};

test('JSON of a schema, parsed by the client', async () => {
  const chat = await client.chat.completions.parse({
    ...greedy,
    response_format: { type: 'json_schema', json_schema: { name: 'bear', strict: true, schema } },
  });
  const parsed = chat.choices[0]!.message.parsed as unknown as { old: boolean; likes: string };
  expect([typeof parsed.old, ['honey', 'fish'].includes(parsed.likes)]).toEqual(['boolean', true]);
});

test('completions: texts, token ids, streams', async () => {
  const both = await client.completions.create({
    model,
    prompt: ['Once', 'Once'],
    max_tokens: 3,
    temperature: 0,
    echo: true,
  });
  expect(both.choices.map(({ text, index }) => [index, text])).toEqual([
    [0, 'Once upon a time'],
    [1, 'Once upon a time'],
  ]);
  const ids = await client.completions.create({
    model,
    prompt: [331],
    max_tokens: 3,
    temperature: 0,
    logprobs: 1,
  });
  expect(ids.choices[0]).toMatchObject({
    text: ' upon a time',
    logprobs: { tokens: [' upon', ' a', ' time'], text_offset: [0, 5, 7] },
  });
  const pieces: string[] = [];
  for await (const { choices } of await client.completions.create({
    model,
    prompt: 'Once',
    max_tokens: 3,
    temperature: 0,
    stream: true,
  }))
    pieces.push(...choices.map(({ text }) => text));
  expect(pieces.join('')).toBe(' upon a time');
});

test('completions: what the model thinks of a prompt alone, and of one of token ids', async () => {
  const scored = await client.completions.create({
    model,
    prompt: 'Once upon a time',
    max_tokens: 0,
    echo: true,
    logprobs: 1,
  });
  const [{ text, logprobs }] = scored.choices as [(typeof scored.choices)[0]];
  expect([text, logprobs!.tokens!.join(''), scored.usage!.completion_tokens]).toEqual([
    'Once upon a time',
    'Once upon a time',
    0,
  ]);
  // The golden case has its numbers.
  expect(logprobs!.token_logprobs).toEqual([null, ...Array(3).fill(expect.any(Number))]);
  const ids = await client.completions.create({
    model,
    prompt: [331, 320],
    max_tokens: 2,
    temperature: 0,
    echo: true,
    logprobs: 0,
  });
  expect(ids.choices[0]!.text).toBe('Once upon a time');
  expect(ids.choices[0]!.logprobs!.tokens).toEqual(['Once', ' upon', ' a', ' time']);
});

test('the models, one by one too, with a slash in the name', async () => {
  const ids: string[] = [];
  for await (const { id } of client.models.list()) ids.push(id);
  expect(ids).toContain(model);
  expect(await client.models.retrieve(model)).toMatchObject({
    id: model,
    object: 'model',
    owned_by: expect.any(String),
  });
});

describe('errors become the classes of the client', () => {
  const failing = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  test('a wrong key', async () => {
    const error = await failing(
      new OpenAI({ baseURL: `${service.url}/v1`, apiKey: 'inf_wrong' }).chat.completions.create(greedy),
    );
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: 'invalid_key', requestID: expect.stringMatching(/^req_/) });
  });

  test('an unknown model', async () => {
    const error = await failing(client.chat.completions.create({ ...greedy, model: 'no/model' }));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model', type: 'invalid_request_error' });
  });

  test.each([
    ['a field', { temperature: 3 }, 'temperature', 'invalid_field'],
    [
      'a schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'x' } } } },
      'response_format.json_schema.schema.type',
      'invalid_field',
    ],
    [
      'too long a conversation',
      { messages: [{ role: 'user', content: 'bear '.repeat(400) }] },
      'messages',
      'context_too_long',
    ],
  ])('%s at fault', async (_, more, param, code) => {
    const error = await failing(client.chat.completions.create({ ...greedy, ...more } as typeof greedy));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ param, code });
  });
});
