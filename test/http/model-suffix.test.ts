/** OpenAI's routes behind the address of a model, where Hugging Face's clients put them. */
import { eventsOf } from '../helpers/openai.js';
import { type Scripted, serveScripted, writes } from '../helpers/scripted.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

const messages = [{ role: 'user', content: 'Hello' }];

test.each([
  '/v1/inference/test/writer/v1',
  '/v1/inference/test/writer',
  '/v1/inference/text-generation/v1',
  '/models/test/writer/v1',
  '/models/test/writer/pipeline/text-generation/v1',
  '/pipeline/text-generation/test/writer/v1',
  '/hf-inference/models/test/writer/v1',
  '/v1',
])('%s', async (path) => {
  for (const model of ['dummy', 'tgi', `${service.url}${path}`]) {
    writes(service.runners, { pieces: [['Hi']] });
    const chat = await service.post(`${path}/chat/completions`, { model, messages });
    expect([chat.status, chat.json.choices[0].message.content]).toEqual([200, 'Hi']);
    if (path.includes('test/writer')) expect(chat.json.model).toBe('test/writer');
    const text = await service.post(`${path}/completions`, {
      model,
      prompt: 'Once',
      return_full_text: false,
    });
    expect([text.status, text.json.choices[0].text]).toEqual([200, 'Hi']);
  }
});

test('streamed completions have the fields of both, unless what only one has is asked for', async () => {
  const stream = async (more: object) => {
    writes(service.runners, { pieces: [[' upon']] });
    const body = { prompt: 'Once', stream: true, ...more };
    const { text } = await service.post('/models/test/writer/v1/completions', body);
    return eventsOf(text) as { token?: object; choices: { text: string; logprobs: unknown }[] }[];
  };
  const [first, last] = await stream({});
  expect(first).toMatchObject({ token: { text: ' upon' }, choices: [{ text: ' upon', logprobs: null }] });
  expect(last).toMatchObject({ generated_text: ' upon', choices: [{ finish_reason: 'stop' }] });
  const [plain] = await stream({ logprobs: 1 });
  expect(plain!.token).toBeUndefined();
  expect(plain!.choices[0]!.logprobs).toBeTruthy();
});

test("errors are OpenAI's, but for Hugging Face's clients", async () => {
  const post = (headers: Record<string, string>) =>
    service.post('/models/test/writer/v1/chat/completions', { messages, temperature: 9 }, headers);
  expect((await post({})).json.error).toMatchObject({
    type: 'invalid_request_error',
    param: 'temperature',
  });
  expect((await post({ 'user-agent': '@huggingface/inference/4.13.30' })).json).toEqual({
    error: expect.stringContaining('temperature'),
    error_type: 'validation',
  });
});
