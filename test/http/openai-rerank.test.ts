/** Reranking in the form of Cohere and Jina. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tasks } from '../../tasks/index.js';
import { type Served, serve } from '../helpers/serve.js';

/** What models of two kinds say of their labels. */
const labels = { 'test/labels': ['bad', 'good'], 'test/pairs': ['LABEL_0'] };

let service: Served;
beforeAll(async () => {
  const models = {
    'test/labels': { task: 'text-classification', default: true },
    'test/pairs': { task: 'text-classification' },
    'test/writer': { task: 'text-generation' },
  };
  service = await serve({ tasks, models });
  for (const [id, names] of Object.entries(labels)) {
    const config = {
      architectures: ['BertForSequenceClassification'],
      id2label: Object.fromEntries(names.map((name, i) => [i, name])),
    };
    writeFileSync(join(service.folder, 'models', id, 'config.json'), JSON.stringify(config));
  }
  service.runners.onBatch = (runner, items) => {
    for (const { id, input } of items) {
      const [, document] = input as [string, string];
      const score = { labels: ['LABEL_0'], scores: [Number.parseFloat(document)] };
      const value = document.includes('long') ? { ...score, truncated: true } : score;
      runner.answer(id, value, { inputTokens: 4, deviceMicros: 10 });
    }
  };
});
afterAll(() => service.close());

const ask = (body: object, path = '/v1/rerank') => service.post(path, { query: 'which?', ...body });

test('the best come first, named by their place in the request', async () => {
  const documents = ['0.5', { text: '0.25' }, '0.75 and long'];
  const { status, json, headers } = await ask({ documents });
  expect([status, json]).toEqual([
    200,
    {
      id: headers.get('x-request-id')!.slice(4),
      model: 'test/pairs',
      results: [
        { index: 2, relevance_score: 0.75, truncated: true },
        { index: 0, relevance_score: 0.5 },
        { index: 1, relevance_score: 0.25 },
      ],
      usage: { prompt_tokens: 12, total_tokens: 12 },
    },
  ]);
  const { input, params } = service.runners.last.batches.at(-1)!.at(-1)!;
  expect(input).toEqual(['which?', '0.75 and long']);
  expect(params).toMatchObject({ scoreFunction: 'sigmoid', truncate: true });
});

test('only so many as asked for, with their texts', async () => {
  const body = {
    model: 'test/pairs',
    documents: ['0.5', { text: '0.625' }],
    top_n: 1,
    return_documents: true,
  };
  const { json } = await ask(body, '/v1/openai/rerank');
  expect(json.results).toEqual([{ index: 1, relevance_score: 0.625, document: { text: '0.625' } }]);
});

test.each([
  ['no documents', {}, 400, 'documents', 'missing_field'],
  ['none in the list', { documents: [] }, 400, 'documents', 'invalid_field'],
  ['too many', { documents: Array(2049).fill('0') }, 400, 'documents', 'too_many_inputs'],
  ['no query', { query: null, documents: ['0'] }, 400, 'query', 'missing_field'],
  ['a model of labels', { documents: ['0'], model: 'test/labels' }, 400, 'model', 'task_mismatch'],
  ['a model of another task', { documents: ['0'], model: 'test/writer' }, 400, 'model', 'task_mismatch'],
  ['an unknown model', { documents: ['0'], model: 'no' }, 404, 'model', 'model_not_found'],
])('%s is refused in the envelope of OpenAI', async (_, body, status, param, code) => {
  const answer = await ask(body);
  expect([answer.status, answer.json]).toEqual([
    status,
    { error: { message: expect.any(String), type: 'invalid_request_error', param, code } },
  ]);
});
