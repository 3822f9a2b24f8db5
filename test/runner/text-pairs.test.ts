/** Pairs of texts through real runners: what is refused, and what goes together. Scores are checked by the golden cases. */
import { type LiveService, startService } from '../helpers/live-service.js';

let service: LiveService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const classify = (body: object) => service.post('/v1/inference/text-classification', body);
const model = 'tiny/bert-rerank';

test('one text beside an array goes with each of it, on either side', async () => {
  const alone = async (inputs: string, text_pair: string) =>
    (await classify({ model, inputs, text_pair })).json;
  const single = [await alone('a river', 'rain'), await alone('a river', 'sun')];
  const { json } = await classify({ model, inputs: 'a river', text_pair: ['rain', 'sun'] });
  expect(json.results.map(({ scores }: { scores: number[] }) => scores[0])).toEqual(
    single.map(({ scores }) => expect.closeTo(scores[0], 5)),
  );
  const turned = await classify({ model, inputs: ['rain', 'sun'], text_pair: 'a river' });
  expect(turned.json.results[0].scores[0]).not.toBeCloseTo(json.results[0].scores[0], 5);
});

test('the sigmoid of the raw score is the score', async () => {
  const pair = { model, inputs: 'a river', text_pair: 'rain' };
  const [raw, score] = [await classify({ ...pair, function_to_apply: 'none' }), await classify(pair)];
  expect(score.json.scores[0]).toBeCloseTo(1 / (1 + Math.exp(-raw.json.scores[0])), 5);
});

test.each([
  ['text_pair', 'invalid_field', { inputs: ['a', 'b'], text_pair: ['c'] }],
  ['text_pair', 'invalid_field', { inputs: 'a', text_pair: 'b', candidate_labels: ['c'] }],
  ['text_pair', 'invalid_field', { inputs: 'a', text_pair: [1] }],
  ['text_pair', 'too_many_inputs', { inputs: 'a', text_pair: Array(2049).fill('b') }],
  ['text_pair', 'invalid_field', { model: 'tiny/bert-ner', inputs: 'a', text_pair: 'b' }],
  ['function_to_apply', 'invalid_field', { inputs: 'a', candidate_labels: ['c'], function_to_apply: 'none' }],
  ['inputs', 'context_too_long', { inputs: 'a', text_pair: 'b '.repeat(100), truncate: false }],
])('refused by name: %s, %s', async (param, code, body) => {
  const { status, json } = await classify({ model, ...body });
  expect([status, json.error.code, json.error.param.replace(/\[0]/, '')]).toEqual([400, code, param]);
});

test('a second text too long for both is cut where only the first one was meant to be', async () => {
  const { status, json } = await classify({
    model: 'tiny/bert-nli',
    inputs: 'a river',
    candidate_labels: ['rain '.repeat(500)],
  });
  expect([status, json.truncated]).toEqual([200, true]);
});
