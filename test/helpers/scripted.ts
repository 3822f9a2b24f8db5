/** The composed service with the real tasks; each model of it answers every input with the value a test wants. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tasks } from '../../tasks/index.js';
import type { FakeRunners } from './fake-runner.js';
import { type Served, type ServeOptions, serve } from './serve.js';
import { writes } from './writer.js';

const models = {
  'test/writer': { task: 'text-generation', default: true },
  'test/labels': { task: 'text-classification', default: true },
  'test/pairs': { task: 'text-classification' },
  'test/vectors': { task: 'embeddings', default: true },
  'test/answers': { task: 'question-answering', default: true },
  'test/fills': { task: 'fill-mask', default: true },
  'test/pictures': { task: 'image-classification', default: true },
  'test/objects': { task: 'object-detection', default: true },
  'test/sounds': { task: 'asr', default: true },
};

/** What `config.json` says of a model that compares two texts. */
const crossEncoder = {
  architectures: ['BertForSequenceClassification'],
  id2label: { 0: 'LABEL_0' },
};

export interface Scripted extends Served {
  /** Every input of every model but the writer; a function gets the input. */
  answers(value: unknown): void;
  /** All inputs that reached a model, and the parameters of the last one. */
  sent(model: string): { readonly inputs: readonly unknown[]; readonly params: unknown };
}

export const serveScripted = async (options: ServeOptions = {}): Promise<Scripted> => {
  const served = await serve({ tasks, models, ...options });
  const { runners } = served;
  const pairs = join(served.folder, 'models/test/pairs');
  if (existsSync(pairs)) writeFileSync(join(pairs, 'config.json'), JSON.stringify(crossEncoder));
  return {
    ...served,
    answers(value) {
      runners.onLoad = (runner) => runner.ready();
      runners.onBatch = (runner, items) => {
        for (const { id, input } of items) {
          const answer = typeof value === 'function' ? value(input) : value;
          runner.answer(id, answer, { inputTokens: 3, deviceMicros: 10 });
        }
      };
    },
    sent: (model) => sentTo(runners, `test/${model}`),
  };
};

const sentTo = (runners: FakeRunners, model: string) => {
  const ofModel = runners.started.filter(({ load }) => load?.modelId === model);
  const items = ofModel.flatMap(({ batches }) => batches.flat());
  return { inputs: items.map(({ input }) => input), params: items.at(-1)?.params };
};

export { writes };

export const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(50, 0xff)]);
export const wav = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), Buffer.alloc(50, 0xfe)]);
