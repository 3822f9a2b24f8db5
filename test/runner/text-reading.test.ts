/** What fill-mask and question-answering refuse, with real runners; their answers are checked by the golden cases. */
import { type LiveService, startService } from '../helpers/live-service.js';

let service: LiveService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

test.each([
  ['inputs', 'no [MASK]', { inputs: 'No place to fill.' }],
  ['inputs', 'part of the text', { inputs: `${'rain '.repeat(100)} [MASK]` }],
  ['targets', 'targets', { inputs: 'A [MASK].', targets: ['\0'] }],
  ['top_k', '2000 in all', { inputs: 'A [MASK] [MASK] [MASK].', top_k: 1000 }],
])('fill-mask names %s: %s', async (param, words, body) => {
  const { status, json } = await service.post('/v1/inference/fill-mask', {
    model: 'tiny/bert-mask',
    ...body,
  });
  expect([status, json.error.code, json.error.param]).toEqual([400, 'invalid_field', param]);
  expect(json.error.message).toContain(words);
});

const asked = { model: 'tiny/bert-qa', question: 'Who?', context: 'Ann Lee came to Paris.' };

test.each([
  ['question', 'context_too_long', { question: 'rain '.repeat(100) }],
  ['max_seq_len', 'invalid_field', { max_seq_len: 65 }],
  ['doc_stride', 'invalid_field', { max_seq_len: 16, doc_stride: 17 }],
  ['context', 'invalid_field', { context: 'a'.repeat(200_001) }],
  ['context', 'invalid_field', { context: '' }],
])('question-answering names %s: %s', async (param, code, body) => {
  const { status, json } = await service.post('/v1/inference/question-answering', { ...asked, ...body });
  expect([status, json.error.code, json.error.param]).toEqual([400, code, param]);
});

test('a context without a token has no answer', async () => {
  const { status, json } = await service.post('/v1/inference/question-answering', {
    ...asked,
    context: '\0',
  });
  expect([status, json]).toMatchObject([200, { answer: '', score: 0, start: 0, end: 0 }]);
});

test('windows that overlap by more than there is room go on by half of it', async () => {
  const context = 'Ann Lee came to Paris. '.repeat(20);
  const { status, json } = await service.post('/v1/inference/question-answering', {
    ...asked,
    context,
    max_seq_len: 12,
    doc_stride: 12,
  });
  expect(status).toBe(200);
  expect(context.slice(json.start, json.end)).toBe(json.answer);
});
