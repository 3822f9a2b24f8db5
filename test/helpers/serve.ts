/** The composed service on a free port: real HTTP, real files; runners and clock as the test wants them. */
import { compose, type Seams, type Service } from '../../src/compose.js';
import { readSettings } from '../../src/settings.js';
import type { Task } from '../../tasks/task.js';
import { echo } from '../fixtures/tasks/echo/index.js';
import { weigh } from '../fixtures/tasks/weigh/index.js';
import { type Client, clientOf } from './client.js';
import { FakeRunners } from './fake-runner.js';
import { temporaryFolder, writeFiles } from './temporary.js';

export type { Answer } from './client.js';

export interface ServeOptions extends Seams {
  /** Environment variables of the service. */
  readonly env?: Readonly<Record<string, string>>;
  /** The catalogue: id to what `taskwire.json` says. */
  readonly models?: Readonly<Record<string, object>>;
}

export interface Served extends Client {
  readonly service: Service;
  readonly runners: FakeRunners;
  /** Its data; the catalogue is in `models/`. */
  readonly folder: string;
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

/** A service that a failing test left open would keep the process alive. */
const open: Service[] = [];
afterAll(async () => {
  for (const service of open.splice(0)) await service.close(0);
});

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
  open.push(service);
  const url = await service.listen();
  return {
    ...clientOf(url, service.ownerKey.key),
    service,
    runners,
    folder: dataDir,
    close: () => service.close(0),
  };
};
