/** The clients on a service that refuses: each tells what it showed of a refusal. */
import { InferenceClient } from '@huggingface/inference';
import { ImageClassification, TextClassification } from 'deepinfra';
import OpenAI, { APIError, toFile } from 'openai';
import { runClient } from './client-process.js';
import { root } from './fixtures.js';
import { liteLlmEnv } from './litellm-proxy.js';
import { python } from './needs.js';
import { type Refusal, type Refusing, refusals } from './refusals.js';
import { wav } from './scripted.js';
import { temporaryFolder, writeFiles } from './temporary.js';

/** Class (of plain HTTP: the error's code), status, message, and whether the request's id is there. */
export type Shown = readonly [string, number, string, boolean];

const textOf = ({ input }: Refusal, client: string): string =>
  input === 'large' ? 'x'.repeat(11 * 2 ** 20) : input === 'poison' ? `poison for ${client}` : 'x';
const isMedia = ({ input }: Refusal) => input === 'other media';
const named = ({ model = 'test' }: Refusal, kind: string) => `${model}/${kind}`;
const isId = (id: unknown) => /^req_/.test(String(id));

export const failure = <E>(call: Promise<unknown>): Promise<E> =>
  call.then(
    () => Promise.reject(new Error('nothing failed')),
    (error: E) => error,
  );

export const inTurn = async (show: (refusal: Refusal) => Promise<Shown>): Promise<Shown[]> => {
  const shown: Shown[] = [];
  for (const refusal of refusals) shown.push(await show(refusal));
  return shown;
};

export const chat = (client: OpenAI, refusal: Refusal) =>
  client.chat.completions.create({
    model: named(refusal, 'writer'),
    messages: [{ role: 'user', content: textOf(refusal, 'openai-node') }],
    temperature: refusal.input === 'wrong field' ? 9 : 0,
  });

export const showOpenAi =
  (service: Refusing) =>
  async (refusal: Refusal): Promise<Shown> => {
    const apiKey = service.keyFor(refusal);
    const client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey, maxRetries: 0 });
    const hear = async () =>
      client.audio.transcriptions.create({
        model: 'test/sounds',
        file: await toFile(Buffer.from('text'), 'a.mp3'),
      });
    const error = await failure<APIError>(isMedia(refusal) ? hear() : chat(client, refusal));
    expect([error.code, error]).toEqual([refusal.code, expect.any(APIError)]);
    return [error.constructor.name, error.status!, error.message, isId(error.requestID)];
  };

interface HuggingFaceError extends Error {
  readonly httpResponse: { readonly status: number; readonly requestId: string };
}

export const huggingFace = (service: Refusing, refusal: Refusal, kind: string, options: object = {}) =>
  new InferenceClient(service.keyFor(refusal), {
    endpointUrl: `${service.url}/models/${named(refusal, kind)}`,
    ...options,
  });

export const showHuggingFace =
  (service: Refusing) =>
  async (refusal: Refusal): Promise<Shown> => {
    const once = { retry_on_error: false };
    const parameters = refusal.input === 'wrong field' ? { top_k: 0 } : {};
    const data = new Blob([new Uint8Array(wav)], { type: 'audio/wav' });
    const inputs = textOf(refusal, 'huggingface-js');
    const error = await failure<HuggingFaceError>(
      isMedia(refusal)
        ? huggingFace(service, refusal, 'pictures', once).imageClassification({ data })
        : huggingFace(service, refusal, 'labels', once).textClassification({ inputs, parameters }),
    );
    const { status, requestId } = error.httpResponse;
    return [error.constructor.name, status, error.message, isId(requestId)];
  };

interface AxiosFailure {
  readonly response: {
    readonly status: number;
    readonly data: { readonly error: { code: string; message: string; request_id: string } };
  };
}

export const showDeepInfra =
  (service: Refusing) =>
  async (refusal: Refusal): Promise<Shown> => {
    const config = { maxRetries: 0, initialBackoff: 1, subsequentBackoff: 1 };
    const at = (kind: string) => `${service.url}/v1/inference/${named(refusal, kind)}`;
    const key = service.keyFor(refusal);
    const body = {
      input: textOf(refusal, 'deepinfra'),
      ...(refusal.input === 'wrong field' ? { top_k: 0 } : {}),
    };
    const error = await failure<AxiosFailure>(
      isMedia(refusal)
        ? new ImageClassification(at('pictures'), key, config).generate({ image: wav as never })
        : new TextClassification(at('labels'), key, config).generate(body),
    );
    const { status, data } = error.response;
    const { code, message, request_id } = data.error;
    expect(code).toBe(refusal.code);
    return [error.constructor.name, status, message, isId(request_id)];
  };

/** Of a Python client: see errors_client.py. */
export const showPython = async (
  service: Refusing,
  name: string,
  { cases = refusals, interpreter = python }: { cases?: readonly Refusal[]; interpreter?: string } = {},
): Promise<Shown[]> => {
  const told = cases.map((one) => ({ model: 'test', ...one, key: service.keyFor(one) }));
  const script = `${root}test/clients/errors_client.py`;
  const env = { ...process.env, HF_HUB_DISABLE_TELEMETRY: '1', ...(name === 'litellm' ? liteLlmEnv : {}) };
  const printed = await runClient(interpreter, [script, name, service.url, JSON.stringify(told)], { env });
  return JSON.parse(printed.trim().split('\n').at(-1)!);
};

/** One process, one line of its output an answer, the status behind it. */
export const showCurl = async (service: Refusing): Promise<Shown[]> => {
  const folder = writeFiles(temporaryFolder(), { 'a.wav': wav.toString('latin1') });
  const args = refusals.flatMap((refusal, i) => {
    const head = ['-s', '-w', '\n%{http_code}\n', '-H', `Authorization: Bearer ${service.keyFor(refusal)}`];
    const task = `${service.url}/v1/inference/${isMedia(refusal) ? 'image' : 'text'}-classification`;
    const body = {
      model: named(refusal, 'labels'),
      inputs: textOf(refusal, 'curl'),
      ...(refusal.input === 'wrong field' ? { top_k: 0 } : {}),
    };
    writeFiles(folder, { [`${i}.json`]: body });
    const data = isMedia(refusal)
      ? ['-F', `image=@${folder}/a.wav`]
      : ['-H', 'Content-Type: application/json', '-d', `@${folder}/${i}.json`];
    return [...(i > 0 ? ['--next'] : []), ...head, ...data, task];
  });
  const lines = (await runClient('curl', args)).trim().split('\n');
  return refusals.map((_, i) => {
    const { code, message, request_id } = JSON.parse(lines[2 * i]!).error;
    return [code, Number(lines[2 * i + 1]), message, isId(request_id)];
  });
};
