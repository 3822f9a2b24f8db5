/** Other services' documented calls: only the address, the key, the model and the media are ours. */
import { runClient } from '../helpers/client-process.js';
import { root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithCurl, describeWithOpenAiPython, python } from '../helpers/needs.js';

const examples = `${root}test/clients/examples/`;

let service: LiveService;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  service = await startService();
  env = {
    ...process.env,
    URL: service.url,
    KEY: service.key,
    MODEL: 'taskwire/storyteller',
    EMBEDDINGS_MODEL: 'taskwire/sentences',
    AUDIO_MODEL: 'taskwire/digits',
    AUDIO: `${root}samples/digits.wav`,
  };
});
afterAll(() => service.close());

const run = (command: string, example: string) => runClient(command, [`${examples}${example}`], { env });
const json = async (example: string) => JSON.parse(await run('bash', example));
const words = /[a-z]/i;

describeWithCurl('inferbase, by curl', () => {
  test('a chat', async () => {
    expect(await json('inferbase/chat.sh')).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      model: env.MODEL,
      choices: [{ index: 0, message: { role: 'assistant', content: expect.stringMatching(words) } }],
      usage: { total_tokens: expect.any(Number) },
    });
  });

  test('a streamed chat', async () => {
    const events = (await run('bash', 'inferbase/stream.sh')).trim().split('\n\n');
    expect(events.length).toBeGreaterThan(2);
    expect(events.at(-1)).toBe('data: [DONE]');
  });

  test('the models and the health of one', async () => {
    const { object, data } = await json('inferbase/models.sh');
    expect([object, data.map(({ id }: { id: string }) => id)]).toEqual([
      'list',
      expect.arrayContaining([env.MODEL]),
    ]);
    expect(await json('inferbase/health.sh')).toMatchObject({
      model: env.MODEL,
      status: expect.stringMatching(/^(ready|loading|unavailable)$/),
    });
  });
});

test("inferbase, by OpenAI's client for JavaScript", async () => {
  expect(await run(process.execPath, 'inferbase/quickstart.mjs')).toMatch(words);
});

describeWithOpenAiPython("by OpenAI's client for Python", () => {
  test('inferbase', async () => {
    expect(await run(python, 'inferbase/quickstart.py')).toMatch(words);
  });

  test('podstack: a chat, a vector, a transcription', async () => {
    const lines = (await run(python, 'podstack/calls.py')).trim().split('\n');
    const { json } = await service.post('/v1/inference/embeddings', {
      model: env.EMBEDDINGS_MODEL,
      inputs: 'The quick brown fox jumps over the lazy dog.',
    });
    const numbers = JSON.parse(lines.at(-2)!) as number[];
    expect(numbers).toEqual(json.embeddings[0].slice(0, 5).map((one: number) => expect.closeTo(one, 6)));
    expect([lines.at(-1), lines[0]]).toEqual(['one seven four', expect.stringMatching(words)]);
  });
});

describeWithCurl('podstack, by curl', () => {
  test('the models, all and one', async () => {
    const printed = await run('bash', 'podstack/models.sh');
    expect(printed).toContain('"object":"list"');
    expect(printed).toMatch(/\{"id":"taskwire\/storyteller","object":"model","created":\d+[^{]*\}$/);
  });
});
