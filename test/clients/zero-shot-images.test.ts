/** Labels of one's own for a picture, by every way that clients have to ask for them: always Python's answer. */
import { readFileSync } from 'node:fs';
import { InferenceClient } from '@huggingface/inference';
import { ZeroShotImageClassification } from 'deepinfra';
import { imageClassification } from '../../tasks/image-classification/index.js';
import type { Task } from '../../tasks/task.js';
import { fixture } from '../helpers/fixtures.js';
import { goldenCases } from '../helpers/golden.js';
import { type LiveService, startService } from '../helpers/live-service.js';

const { request, response, media } = goldenCases(imageClassification as unknown as Task).find(
  ({ name }) => name === "zero-shot by CLIP with a sentence of one's own",
)!;
const { candidate_labels, hypothesis_template } = request as {
  candidate_labels: string[];
  hypothesis_template: string;
};
const labels = response.labels as string[];
const expected = labels.map((label, i) => ({
  label,
  score: expect.closeTo((response.scores as number[])[i]!, 4),
}));
const path = fixture(`media/${media}`);
const picture = readFileSync(path);
const image = picture.toString('base64');

let service: LiveService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.close());

const at = '/v1/inference/tiny/clip';

test("Hugging Face's client for JavaScript", async () => {
  for (const base of [at, '/models/tiny/clip', '/hf-inference/models/tiny/clip']) {
    const client = new InferenceClient(service.key, { endpointUrl: `${service.url}${base}` });
    const found = await client.zeroShotImageClassification({
      inputs: { image: new Blob([new Uint8Array(picture)]) },
      parameters: { candidate_labels, hypothesis_template },
    });
    expect(found).toEqual(expected);
  }
});

test.each([
  ['a path', path],
  ['bytes', picture],
])("DeepInfra's client, the picture as %s", async (_, given) => {
  const client = new ZeroShotImageClassification(`${service.url}${at}`, service.key, {
    maxRetries: 0,
  } as never);
  const { results } = await client.generate({
    image: given as never,
    candidate_labels,
    hypothesis_template,
  } as never);
  expect(results).toEqual(expected);
});

test.each<[string, string, object]>([
  ['its own', '/pipeline/zero-shot-image-classification/tiny/clip', { inputs: image }],
  [
    'the labels in a text',
    '/models/tiny/clip',
    { inputs: { image }, candidate_labels: candidate_labels.slice(0, 3).join(', ') },
  ],
])("Hugging Face's form: %s", async (_, address, body) => {
  const { json } = await service.post(address, {
    parameters: { candidate_labels: candidate_labels.slice(0, 3), hypothesis_template },
    ...body,
  });
  expect(json.map(({ label }: { label: string }) => label)).toEqual(
    labels.filter((label) => candidate_labels.indexOf(label) < 3),
  );
});

test('the routes of the task, with JSON and with a form', async () => {
  const native = { labels, scores: expected.map(({ score }) => score) };
  for (const name of ['image-classification', 'zero-shot-image-classification']) {
    const { json } = await service.post(`/v1/inference/${name}`, { ...request, image });
    expect(json).toMatchObject(native);
  }
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(picture)]), 'a.png');
  form.set('model', 'tiny/clip');
  for (const label of candidate_labels) form.append('candidate_labels', label);
  form.set('hypothesis_template', hypothesis_template);
  expect((await service.post('/v1/inference/image-classification', form)).json).toMatchObject(native);
});

test.each<[string, object, string, string]>([
  ['labels for a model that has its own', { model: 'tiny/vit' }, 'invalid_field', 'candidate_labels'],
  ['no labels', { candidate_labels: undefined }, 'missing_field', 'candidate_labels'],
  ['an empty list', { candidate_labels: [] }, 'invalid_field', 'candidate_labels'],
  ['a label of a book', { candidate_labels: ['word '.repeat(99)] }, 'context_too_long', 'candidate_labels'],
  ['a template without a place', { hypothesis_template: 'x' }, 'invalid_field', 'hypothesis_template'],
  ['a function that is not asked', { function_to_apply: 'none' }, 'invalid_field', 'function_to_apply'],
])('%s is refused by name', async (_, change, code, param) => {
  const { status, json } = await service.post('/v1/inference/image-classification', {
    ...request,
    image,
    ...change,
  });
  expect([status, json.error.code, json.error.param]).toEqual([400, code, param]);
});
