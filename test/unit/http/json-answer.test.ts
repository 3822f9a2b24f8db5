import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { vectorToJson } from '../../../src/http/float-json.js';
import { type Answer, PackedVector, sendAnswer, TextAnswer } from '../../../src/http/json-answer.js';
import { TestRandom } from '../../helpers/random.js';

let body: Answer = {};
let server: Server;
beforeAll(async () => {
  const app = express();
  app.get('/', (_req, res) => sendAnswer(res, body));
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

const ask = (what: Answer) => {
  body = what;
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};

const sent = async (what: Answer) => {
  const response = await ask(what);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  return response.text();
};

const texts = (count: number) => Array.from({ length: count }, (_, i) => `"${i}" \u2028 ü 🚀 </script>`);

test.each<[string, Record<string, unknown>]>([
  ['an empty object', {}],
  ['small fields', { a: 1, b: 'x', c: null, d: [1, 2], e: { f: [true] } }],
  ['undefined fields', { a: undefined, b: 1, c: undefined }],
  ['a large array', { texts: texts(1_000) }],
  [
    'a large array among others',
    { before: 1, gone: undefined, texts: texts(65), after: { x: [] }, more: texts(200) },
  ],
  ['exactly one slice', { texts: texts(64) }],
  ['whole slices', { texts: texts(128) }],
  [
    'objects',
    { results: Array.from({ length: 300 }, (_, n) => ({ n, labels: ['a', 'b'], none: undefined })) },
  ],
  ['holes', { results: [undefined, ...Array(100).fill(null), Number.NaN] }],
  ['a name that needs quoting', { 'a "b"\n': texts(70), '': 1 }],
])('%s is written as JSON.stringify writes it', async (_, what) => {
  expect(await sent(what)).toBe(JSON.stringify(what));
});

test.each([0, 1, 64, 65, 200])('a list of %i is an answer too', async (count) => {
  expect(JSON.parse(await sent(texts(count)))).toEqual(texts(count));
});

test('a text leaves as it stands, under its own type', async () => {
  const response = await ask(new TextAnswer('1\n00:00 → 00:01\nfünf\n', 'text/vtt'));
  expect(response.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
  expect(await response.text()).toBe('1\n00:00 → 00:01\nfünf\n');
});

test('vectors arrive as the same 32-bit numbers, few or many', async () => {
  const random = new TestRandom(31);
  for (const count of [1, 64, 65, 500]) {
    const embeddings = random.array(count, () =>
      Float32Array.from({ length: 384 }, () => random.next() * 2 - 1),
    );
    const { embeddings: read } = JSON.parse(await sent({ embeddings, usage: { n: count } })) as {
      embeddings: number[][];
    };
    expect(read).toHaveLength(count);
    expect(
      read.every((vector, i) =>
        Buffer.from(Float32Array.from(vector).buffer).equals(bytesOf(embeddings[i]!)),
      ),
    ).toBe(true);
  }
});

test('vectors may be fields of objects, as numbers or packed', async () => {
  const vector = Float32Array.of(1, -2.5);
  for (const count of [1, 64, 65, 500]) {
    const data = Array.from({ length: count }, (_, index) => ({
      'an "odd" name': undefined,
      index,
      plain: vector,
      packed: new PackedVector(vector),
    }));
    // 00 00 80 3f, 00 00 20 c0
    const expected = { plain: [1, -2.5], packed: 'AACAPwAAIMA=' };
    expect(JSON.parse(await sent({ data }))).toEqual({
      data: data.map(({ index }) => ({ index, ...expected })),
    });
  }
  expect(JSON.parse(await sent([new PackedVector(vector)]))).toEqual(['AACAPwAAIMA=']);
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

test('any finite 32-bit number survives being printed', () => {
  const random = new TestRandom(37);
  const bits = Uint32Array.from({ length: 300_000 }, () => Math.floor(random.next() * 2 ** 32));
  const values = new Float32Array(bits.buffer).filter(Number.isFinite);
  const printed = Float32Array.from(JSON.parse(vectorToJson(values)) as number[]);
  const wrong = values.findIndex(
    (value, i) => !Object.is(value, printed[i]) && !(value === 0 && printed[i] === 0),
  );
  expect(wrong < 0 ? 'none' : `${values[wrong]} became ${printed[wrong]}`).toBe('none');
});

test('numbers at the edges of the printer survive too', () => {
  const edges = [
    0, 1, -1, 10, 100, 0.1, 0.5, 1e-6, 9.999999e-7, 1e9, 999999999, 99999.995, 0.99999999, 123456.789,
  ];
  const around = edges.flatMap((edge) => [edge, -edge, edge * (1 + 2 ** -23), edge * (1 - 2 ** -23)]);
  const values = Float32Array.from([...around, 3.4028235e38, 1.1754944e-38, 1e-45]);
  expect(Float32Array.from(JSON.parse(vectorToJson(values)) as number[])).toEqual(
    values.map((value) => value + 0),
  );
});

test('what is no number is null, and an empty vector is empty', () => {
  const values = Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -2.5);
  expect(vectorToJson(values)).toBe('[1,null,null,null,-2.5]');
  expect(vectorToJson(new Float32Array(0))).toBe('[]');
});
