/** Forms as DeepInfra's clients send them: parts without names, fields in JSON, in chunks. */
import { exchange, head } from '../helpers/raw-http.js';
import { png, type Scripted, serveScripted, wav } from '../helpers/scripted.js';

let service: Scripted;
beforeAll(async () => {
  service = await serveScripted();
});
afterAll(() => service.close());

const send = (model: string, parts: string, type = 'multipart/form-data; boundary=XX') =>
  service.post(`/v1/inference/test/${model}`, Buffer.from(parts, 'latin1'), { 'content-type': type });
const part = (headers: string, value: Uint8Array | string) =>
  `--XX\r\nContent-Disposition: form-data; ${headers}\r\n\r\n${Buffer.from(value).toString('latin1')}\r\n`;

test.each([
  ['a name alone', 'name="image"'],
  ['a name and a type', 'name="image"\r\nContent-Type: image/png'],
  ['a name and a type that says nothing', 'name="image"\r\nContent-Type: application/octet-stream'],
  ['a file name', 'name="image"; filename="a.png"'],
])('a picture comes whole in a part with %s', async (_, headers) => {
  service.answers((bytes: Uint8Array) => ({ labels: [Buffer.from(bytes).toString('hex')], scores: [1] }));
  const { json } = await send('pictures', `${part(headers, png)}--XX--\r\n`);
  expect(json.results).toEqual([{ label: png.toString('hex'), score: 1 }]);
});

test('fields are JSON, or the text itself where they are not', async () => {
  service.answers({ text: 'hello', seconds: 1, language: 'de', segments: [] });
  const fields = [
    part('name="task"', '"translate"'),
    part('name="language"', '"de"'),
    part('name="chunk_level"', 'word'),
    part('name="initial_prompt"', '"Ann, Lee"'),
    part('name="temperature"', '0.5'),
    part('name="webhook"', 'null'),
    part('name="audio"', wav),
  ];
  const { status, json } = await send('sounds', `${fields.join('')}--XX--\r\n`);
  expect([status, json.text]).toEqual([200, 'hello']);
  expect(service.sent('sounds').params).toMatchObject({
    task: 'translate',
    language: 'de',
    timestamps: 'word',
  });
});

test('a list of texts, and texts beyond ASCII in whatever character set', async () => {
  service.answers((text: string) => ({
    vector: Float32Array.of(text.length),
    tokens: 1,
    truncated: false,
  }));
  const list = JSON.stringify(['Köln', '東京', 'x']);
  await send('vectors', `${part('name="inputs"', list)}--XX--\r\n`);
  expect(service.sent('vectors').inputs.slice(-3).toSorted()).toEqual(['Köln', 'x', '東京']);
  const named = 'name="input"\r\nContent-Type: text/plain; charset=utf-8';
  service.answers({ labels: ['a'], scores: [1] });
  await send('labels', `${part(named, 'Zoë in 東京')}--XX--\r\n`);
  expect(service.sent('labels').inputs.at(-1)).toBe('Zoë in 東京');
});

test('a form in chunks, as clients send streams', async () => {
  service.answers({ labels: ['a'], scores: [1] });
  const body = Buffer.from(`${part('name="image"', png)}--XX--\r\n`, 'latin1');
  const { status } = await exchange(
    service.url,
    head('POST /v1/inference/test/pictures', {
      Connection: 'close',
      Authorization: `Bearer ${service.key}`,
      'Content-Type': 'multipart/form-data; boundary=XX',
      'Transfer-Encoding': 'chunked',
    }),
    ...[body.subarray(0, 50), body.subarray(50)].flatMap((piece) => [
      `${piece.length.toString(16)}\r\n`,
      piece,
      '\r\n',
    ]),
    '0\r\n\r\n',
  );
  expect(status).toBe(200);
});
