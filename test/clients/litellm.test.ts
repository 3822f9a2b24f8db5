/** LiteLLM's SDK and its proxy before the service; what the SDK does is in litellm_client.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI, { type APIError } from 'openai';
import { runClient } from '../helpers/client-process.js';
import { failure } from '../helpers/error-clients.js';
import { root } from '../helpers/fixtures.js';
import { type LiteLlmProxy, liteLlmEnv, startLiteLlmProxy } from '../helpers/litellm-proxy.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithLiteLlm, liteLlmPython } from '../helpers/needs.js';
import { type Refusing, refusals, serveRefusals } from '../helpers/refusals.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';

const answer = 'The bear is old and likes honey.';
const examples = `${root}test/clients/examples/inference-net/`;

/** What depends on no form of the body. */
const passedOn = refusals.flatMap((one) =>
  one.input === undefined || one.input === 'wrong field' ? [[one.code, one] as const] : [],
);

/** An entry of its configuration for each. */
const refusingModels = (service: Refusing): string =>
  passedOn
    .map(
      ([code, refusal]) => `
  - model_name: ${code}
    litellm_params:
      model: openai/${refusal.model ?? 'test'}/writer
      api_base: ${service.url}/v1
      api_key: ${service.keyFor(refusal)}
      max_retries: 0
`,
    )
    .join('')
    // By itself it waits until the minute is over, too.
    .concat('\nrouter_settings:\n  num_retries: 0\n');

describeWithLiteLlm('LiteLLM', () => {
  let service: LiveService;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    service = await startService();
    env = {
      ...process.env,
      ...liteLlmEnv,
      URL: service.url,
      KEY: service.key,
      MODEL: 'taskwire/storyteller',
    };
  }, 300_000);
  afterAll(() => service?.close());

  describe('the SDK', () => {
    let seen: Record<string, unknown>;
    beforeAll(async () => {
      const args = [
        service.url,
        service.key,
        `${root}clients/litellm-provider.json`,
        `${root}samples/digits.wav`,
      ];
      const script = `${root}test/clients/litellm_client.py`;
      seen = JSON.parse(
        (await runClient(liteLlmPython, [script, ...args], { env })).trim().split('\n').at(-1)!,
      );
    }, 300_000);

    test('chats, streams and calls', () => {
      const [, , total] = seen.chat as [string, string, number];
      expect(seen.chat).toEqual([answer, 'stop', expect.any(Number)]);
      expect(seen.stream).toEqual([answer, total]);
      expect([seen.call, seen.huggingface]).toEqual(['now', answer]);
    });

    test('completes, embeds and reranks texts, and hears', () => {
      expect(seen.text).toBe(' upon a time');
      expect(seen.vectors).toEqual([208, 208, expect.any(Number)]);
      // Scores of the golden cases of tiny/bert-rerank, by the sigmoid.
      const ranks = [
        [1, expect.closeTo(0.0412134, 4)],
        [0, expect.closeTo(0.0098546, 4)],
      ];
      expect(seen.ranks).toEqual([ranks, [...ranks].reverse(), ranks]);
      expect(seen.heard).toEqual(['one seven four', expect.any(Number)]);
    });

    test('takes the service for DeepInfra, and knows it by the provider file', () => {
      expect(seen.deepinfra).toEqual(['The bear', 'length']);
      expect(seen.provider).toEqual(['The bear', 'length']);
    });

    test('raises the classes that it has for errors', () => {
      expect(seen.errors).toEqual([
        ['NotFoundError', 404],
        ['AuthenticationError', 401],
        ['BadRequestError', 400],
        ['BadRequestError', 400],
      ]);
    });

    test('as its documentation calls it', async () => {
      const printed = await runClient(liteLlmPython, [`${examples}sdk.py`], { env });
      expect(printed).toMatch(/^ModelResponse\(.*content='.+role='assistant'/m);
      expect(printed.match(/^ModelResponseStream\(/gm)!.length).toBeGreaterThan(2);
    }, 120_000);
  });

  describe('the proxy', () => {
    let proxy: LiteLlmProxy;
    let refusing: Refusing;
    beforeAll(async () => {
      refusing = await serveRefusals();
      const config = readFileSync(`${examples}config.yaml`, 'utf8') + refusingModels(refusing);
      proxy = await startLiteLlmProxy(
        join(writeFiles(temporaryFolder(), { 'config.yaml': config }), 'config.yaml'),
        {
          INFERENCE_API_BASE: `${service.url}/v1`,
          INFERENCE_API_KEY: service.key,
        },
      );
      env = { ...env, PROXY_URL: proxy.url, PROXY_KEY: proxy.key };
    }, 300_000);
    afterAll(async () => {
      await proxy?.close();
      await refusing?.close();
    });

    test.each(passedOn)(
      '%s is passed on by it',
      async (_, refusal) => {
        const client = new OpenAI({ baseURL: proxy.url, apiKey: proxy.key, maxRetries: 0 });
        const error = await failure<APIError>(
          client.chat.completions.create({
            model: refusal.code,
            messages: [{ role: 'user', content: 'x' }],
            temperature: refusal.input === 'wrong field' ? 9 : 0,
          }),
        );
        expect([error.status, error.message]).toEqual([refusal.status, expect.stringMatching(refusal.says)]);
      },
      60_000,
    );

    test.each(['proxy_openai.py', 'proxy_litellm.py'])(
      'as %s calls it',
      async (script) => {
        const printed = await runClient(liteLlmPython, [`${examples}${script}`], { env });
        const [unary, ...streamed] = printed.split('\n');
        expect([unary, streamed.join('\n')]).toEqual([
          expect.stringMatching(/\w/),
          expect.stringMatching(/\w/),
        ]);
      },
      120_000,
    );

    test('as curl calls it', async () => {
      const printed = await runClient('bash', [`${examples}proxy.sh`], { env });
      expect(JSON.parse(printed).choices[0].message.content).toMatch(/\w/);
      const events = (await runClient('bash', [`${examples}proxy-stream.sh`], { env })).trim().split('\n\n');
      expect(events.length).toBeGreaterThan(2);
      expect(events.at(-1)).toBe('data: [DONE]');
    }, 120_000);
  });
});
