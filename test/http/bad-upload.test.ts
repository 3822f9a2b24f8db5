/** Uploads of every wrong kind get their documented status and code, and the next request is served. */
import { gzipSync } from 'node:zlib';
import { exchange, head } from '../helpers/raw-http.js';
import { type Answer, type Served, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve();
});
afterAll(() => service.close());

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(50)]);
const limit = 25 * 2 ** 20;

afterEach(async () => {
  const { status, json } = await post(png, { 'content-type': 'image/png' });
  expect([status, json.weight]).toEqual([200, png.byteLength]);
});

const outcome = ({ status, json }: Answer) => [status, json?.error?.code];
const post = (body: unknown, headers: Record<string, string> = {}, query = '') =>
  service.post(`/v1/inference/weigh${query}`, body, headers);
const picture = (bytes: Uint8Array = png) => new Blob([new Uint8Array(bytes)], { type: 'image/png' });

const form = (...parts: ReadonlyArray<readonly [name: string, value: string | Blob]>) => {
  const data = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, value, `${name}.png`);
  }
  return data;
};

/** A form written by hand, so that it can be broken. */
const rawForm = (body: string, type = 'multipart/form-data; boundary=XX') =>
  post(body, { 'content-type': type });
const filePart = `--XX\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`;

test('a form without a boundary, with a wrong one, or cut off is refused', async () => {
  const whole = `${filePart}${png.toString('latin1')}\r\n--XX--\r\n`;
  for (const answer of [
    await rawForm(whole, 'multipart/form-data'),
    await rawForm(whole, 'multipart/form-data; boundary=YY'),
    await rawForm(`${filePart}${png.toString('latin1')}`),
    await rawForm(filePart.slice(0, 40)),
    await rawForm('--XX\r\n\r\n\r\n'),
    await rawForm(''),
  ]) {
    expect(answer.status).toBe(400);
    expect(answer.json.error.code).toMatch(/^(invalid|missing)_/);
    expect(answer.text).not.toMatch(/node_modules|busboy|multer/);
  }
});

test('two files are one too many', async () => {
  const answer = await post(form(['image', picture()], ['file', picture()]));
  expect(outcome(answer)).toEqual([400, 'too_many_inputs']);
});

test('a form without a file lacks its picture', async () => {
  const answer = await post(form(['digits', '2']));
  expect([...outcome(answer), answer.json.error.param]).toEqual([400, 'missing_field', 'image']);
});

test('an empty file, and an empty body, are no picture', async () => {
  expect(outcome(await post(form(['image', picture(Buffer.alloc(0))])))).toEqual([400, 'invalid_media']);
  const empty = await post(new Uint8Array(0), { 'content-type': 'image/png' });
  expect(empty.status).toBe(400);
});

test('a file and an address at once are refused', async () => {
  const answer = await post(form(['image_url', 'http://example.com/a.png'], ['image', picture()]));
  expect([...outcome(answer), answer.json.error.param]).toEqual([400, 'invalid_field', 'image_url']);
});

test('fields of a form mean what their text says, and are checked like any other', async () => {
  const good = await post(form(['digits', '3'], ['unit', 'kilobytes'], ['file', picture()]));
  expect(good.json).toMatchObject({ digits: 3, unit: 'kilobytes' });
  const wrong = await post(form(['digits', 'three'], ['file', picture()]));
  expect([...outcome(wrong), wrong.json.error.param]).toEqual([400, 'invalid_field', 'digits']);
  const odd = await post(form(['digitz', '3'], ['file', picture()]));
  expect([...outcome(odd), odd.json.error.param]).toEqual([400, 'unknown_field', 'digitz']);
  const quoted = await post(form(['unit', '"kilobytes"'], ['file', picture()]));
  expect(quoted.json.unit).toBe('kilobytes');
});

test.each(['__proto__', 'constructor', 'digits[0]', 'digits[]', '__proto__[digits]', 'a.b', ''])(
  'the form field %j changes nothing and stops nothing',
  async (name) => {
    const answer = await post(form([name, '5'], ['file', picture()]));
    expect(answer.status).toBe(400);
    expect(({} as { digits?: number }).digits).toBeUndefined();
  },
);

test('more form fields than any request has are refused', async () => {
  const many = Array.from({ length: 200 }, (_, i) => [`f${i}`, 'x'] as const);
  expect((await post(form(...many, ['file', picture()]))).status).toBe(400);
});

test('fields of the query are checked like any other', async () => {
  const type = { 'content-type': 'image/png' };
  expect((await post(png, type, '?digits=4&unit=kilobytes')).json).toMatchObject({
    digits: 4,
    unit: 'kilobytes',
  });
  for (const query of [
    '?digits=x',
    '?digits=1&digits=2',
    '?odd=1',
    '?__proto__=1',
    '?model=a&model=b',
    '?unit[]=bytes',
  ])
    expect([query, (await post(png, type, query)).status]).toEqual([query, 400]);
  expect(outcome(await post(png, type, '?model=no/such'))).toEqual([404, 'model_not_found']);
});

test('25 MB are served and a byte more is not, as a body and in a form', async () => {
  const most = Buffer.alloc(limit);
  png.copy(most);
  const more = Buffer.concat([most, Buffer.alloc(1)]);
  const type = { 'content-type': 'image/png' };
  expect((await post(most, type)).json.weight).toBe(limit);
  expect((await post(form(['image', picture(most)]))).json.weight).toBe(limit);
  for (const answer of [await post(more, type), await post(form(['image', picture(more)]))]) {
    expect(outcome(answer)).toEqual([413, 'body_too_large']);
    expect(answer.json.error.message).toContain(`${limit} bytes`);
  }
});

test('30 MB are refused, and so is a form of many megabytes of fields', async () => {
  const heavy = Buffer.alloc(30 * 2 ** 20);
  png.copy(heavy);
  expect(outcome(await post(heavy, { 'content-type': 'image/png' }))).toEqual([413, 'body_too_large']);
  const fields = ['a', 'b', 'c'].map((name) => [name, 'x'.repeat(3 * 2 ** 20)] as const);
  expect(outcome(await post(form(...fields, ['file', picture()])))).toEqual([413, 'body_too_large']);
});

test.each([
  ['text', 'just some words'],
  ['HTML', '<html><body>not found</body></html>'],
  ['sound', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')],
  ['a PDF', '%PDF-1.7\n%\xe2\xe3'],
  ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"></svg>'],
])('%s that says it is a picture is none', async (_, content) => {
  const bytes = Buffer.from(content);
  for (const answer of [
    await post(bytes, { 'content-type': 'image/png' }),
    await post(form(['image', picture(bytes)])),
    await post({ image: bytes.toString('base64') }),
  ])
    expect(outcome(answer)).toEqual([415, 'unsupported_media']);
});

test('a compressed form is refused by what is wrong with it', async () => {
  const whole = Buffer.from(`${filePart}${png.toString('latin1')}\r\n--XX--\r\n`, 'latin1');
  const type = { 'content-type': 'multipart/form-data; boundary=XX' };
  const answer = await post(new Uint8Array(gzipSync(whole)), { ...type, 'content-encoding': 'gzip' });
  expect([...outcome(answer), answer.json.error.param]).toEqual([
    415,
    'unsupported_media',
    'content-encoding',
  ]);
  expect(answer.json.error.message).toMatch(/Got: "gzip"\. Allowed: identity/);
  const plain = await post(new Uint8Array(whole), { ...type, 'content-encoding': 'identity' });
  expect(plain.json.weight).toBe(png.byteLength);
});

test.each([
  ['base64', png.toString('base64')],
  ['a data URL', `data:image/png;base64,${png.toString('base64')}`],
])('a field `file` of %s is the file', async (_, text) => {
  expect((await post(form(['file', text], ['digits', '2']))).json).toMatchObject({ weight: 58, digits: 2 });
  const twice = await post(form(['file', text], ['image', text]));
  expect(outcome(twice)).toEqual([400, 'too_many_inputs']);
  const words = await post(form(['file', 'no picture at all!']));
  expect([...outcome(words), words.json.error.param]).toEqual([400, 'invalid_field', 'image']);
  const json = await post({ file: text });
  expect([...outcome(json), json.json.error.param]).toEqual([400, 'unknown_field', 'file']);
});

test('a task without media takes no file', async () => {
  const answer = await service.post('/v1/inference/echo', form(['inputs', 'x'], ['file', picture()]));
  expect([...outcome(answer), answer.json.error.param]).toEqual([400, 'invalid_field', 'file']);
});

test('a task without media takes a form of fields alone', async () => {
  const answer = await service.post('/v1/inference/echo', form(['inputs', '["a"]'], ['times', '2']));
  expect(answer.json.echoes).toEqual(['["a"]']);
});

test.each([
  ['a file', 'image/png'],
  ['JSON', 'application/json'],
  ['a form', 'multipart/form-data; boundary=x'],
])('%s that says it is far too large is refused before it has come', async (_what, type) => {
  const headers = { authorization: `Bearer ${service.key}`, 'content-type': type };
  const line = head('POST /v1/inference/weigh', { ...headers, 'content-length': 500_000_000 });
  const { status, body, head: answered } = await exchange(service.url, line, png);
  expect([status, JSON.parse(body).error.code]).toEqual([413, 'body_too_large']);
  expect(body).toContain('Got: 500000000 bytes');
  expect(answered).toMatch(/connection: close/i);
});
