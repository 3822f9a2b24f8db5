/** The composed service on a free port: real HTTP, real files; runners and clock as the test wants them. */
import { compose, type Seams, type Service } from '../../src/compose.js';
import { readSettings } from '../../src/settings.js';
import type { Task } from '../../tasks/task.js';
import { echo } from '../fixtures/tasks/echo/index.js';
import { weigh } from '../fixtures/tasks/weigh/index.js';
import { FakeRunners } from './fake-runner.js';
import { temporaryFolder, writeFiles } from './temporary.js';

export interface ServeOptions extends Seams {
  /** Environment variables of the service. */
  readonly env?: Readonly<Record<string, string>>;
  /** The catalogue: id to what `taskwire.json` says. */
  readonly models?: Readonly<Record<string, object>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed; `undefined` when the answer is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not
  readonly json: any;
}

export interface Served {
  readonly service: Service;
  readonly runners: FakeRunners;
  readonly url: string;
  readonly key: string;
  /** With the owner's key, or without any where `authorization` is empty. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** A body that is an object goes as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export const testTasks = [echo, weigh] as unknown as readonly Task[];

const testModels = {
  'test/echo': { task: 'echo', default: true, description: 'Says it again.' },
  'test/scale': { task: 'weigh', default: true },
};

/** Every byte of a picture counts: what the fake runner answers for `weigh`. */
const answerLikeTasks = (runners: FakeRunners): FakeRunners => {
  runners.onBatch = (runner, items) => {
    for (const { id, input } of items) {
      const value = typeof input === 'string' ? input : (input as Uint8Array).byteLength;
      runner.answer(id, value, { inputTokens: 1, deviceMicros: 250 });
    }
  };
  return runners;
};

export const serve = async ({
  env = {},
  models = testModels,
  ...seams
}: ServeOptions = {}): Promise<Served> => {
  const dataDir = temporaryFolder();
  for (const [id, card] of Object.entries(models))
    writeFiles(dataDir, { [`models/${id}/taskwire.json`]: card, [`models/${id}/onnx/model.onnx`]: '' });
  const settings = readSettings({
    PORT: '0',
    LOG_LEVEL: 'silent',
    TASKWIRE_DATA_DIR: dataDir,
    TASKWIRE_DEVICE: 'cpu',
    TASKWIRE_WARM: 'none',
    ...env,
  });
  const runners = answerLikeTasks(new FakeRunners());
  const service = await compose(settings, { tasks: testTasks, start: runners.start, ...seams });
  const url = await service.listen();
  const { key } = service.ownerKey;
  const send = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${key}`);
    if (headers.get('authorization') === '') headers.delete('authorization');
    return fetch(`${url}${path}`, { ...init, headers });
  };
  return {
    service,
    runners,
    url,
    key,
    fetch: send,
    get: async (path, headers = {}) => read(await send(path, { headers })),
    async post(path, body, headers = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;
      const type: Record<string, string> = raw ? {} : { 'content-type': 'application/json' };
      const init = { method: 'POST', headers: { ...type, ...headers } };
      return read(
        await send(path, {
          ...init,
          body: (raw ? body : JSON.stringify(body)) as NonNullable<RequestInit['body']>,
        }),
      );
    },
    close: () => service.close(0),
  };
};

const read = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
};
