import { TaskwireError } from '../../../src/errors.js';
import { type FetchUrl, loadMedia, maxMediaBytes } from '../../../src/media/load-media.js';

const png = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  Buffer.from('\xfb\xff\xfe rest', 'latin1'),
]);
const { signal } = new AbortController();
const noFetch: FetchUrl = () => Promise.reject(new Error('nothing should be fetched'));

const load = (request: object, fetchUrl = noFetch) => loadMedia('image', request, fetchUrl, signal);
const refusal = async (request: object, fetchUrl = noFetch): Promise<TaskwireError> => {
  const error = await load(request, fetchUrl).then(
    () => new Error('accepted'),
    (caught: unknown) => caught,
  );
  if (error instanceof TaskwireError) return error;
  throw error;
};

const padded = png.toString('base64');
const escaped = encodeURIComponent(padded);
const urlSafe = png.toString('base64url');

test.each([
  ['bytes', png],
  ['base64', padded],
  ['base64 without padding', padded.replace(/=+$/, '')],
  ['URL-safe base64', urlSafe],
  ['base64 broken into lines', padded.replace(/.{8}/g, '$&\r\n')],
  ['a data URL', `data:image/png;base64,${padded}`],
  ['a data URL without a type', `data:;base64,${padded}`],
  ['a data URL with parameters', `data:image/png;charset=utf-8;base64,${padded}`],
  ['a data URL whose type holds a comma', `data:video/webm;codecs=vp8,opus;base64,${padded}`],
  ['a data URL whose type quotes a comma', `data:video/webm;codecs="vp8, opus";base64,${padded}`],
  ['a data URL with escapes', `data:image/png;base64,${escaped}`],
  [
    'a data URL with escapes in small letters',
    `data:;base64,${escaped.replace(/%../g, (code) => code.toLowerCase())}`,
  ],
  ['a data URL in capitals', `DATA:image/png;BASE64,${padded}`],
])('%s give the same bytes', async (_, image) => {
  expect(Buffer.from((await load({ image }))!)).toEqual(png);
});

test('a data URL is taken from image_url too, and nothing is fetched', async () => {
  const bytes = await load({ image_url: `data:image/png;base64,${padded}` });
  expect(Buffer.from(bytes!)).toEqual(png);
});

test('an http address is fetched, and what comes is checked like any other', async () => {
  const asked: string[] = [];
  const fetchUrl: FetchUrl = async (url, param) => {
    asked.push(url, param);
    return png;
  };
  expect(await load({ image_url: 'http://example.com/a.png' }, fetchUrl)).toBe(png);
  expect(asked).toEqual(['http://example.com/a.png', 'image_url']);
  const error = await refusal({ image_url: 'http://x' }, async () => Buffer.from('some text'));
  expect(error.code).toBe('unsupported_media');
});

test('a task without media gets none', async () => {
  expect(await loadMedia(undefined, { image: padded }, noFetch, signal)).toBeUndefined();
});

test.each([
  ['neither', {}, 'missing_field', 'image'],
  ['both', { image: padded, image_url: 'http://x' }, 'invalid_field', 'image_url'],
  ['no base64', { image: 'not base64!' }, 'invalid_field', 'image'],
  ['an empty text', { image: '' }, 'invalid_field', 'image'],
  ['an empty data URL', { image: 'data:image/png;base64,' }, 'invalid_field', 'image'],
  ['a data URL that is not base64', { image: 'data:text/plain,hello' }, 'invalid_field', 'image'],
  ['padding in the middle', { image: `${padded}==${padded}` }, 'invalid_field', 'image'],
  ['no bytes', { image: Buffer.alloc(0) }, 'invalid_media', 'image'],
  ['text', { image: Buffer.from('just words') }, 'unsupported_media', 'image'],
  ['sound', { image: Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1') }, 'unsupported_media', 'image'],
  ['HEIC', { image: Buffer.from('\0\0\0\x20ftypheic', 'latin1') }, 'unsupported_media', 'image'],
  ['too many bytes', { image: Buffer.alloc(maxMediaBytes + 1) }, 'body_too_large', 'image'],
])('%s for an image is refused', async (_, request, code, param) => {
  const error = await refusal(request);
  expect([error.code, error.param]).toEqual([code, param]);
});

test('a refusal says what was found and what would be read', async () => {
  const error = await refusal({ image: Buffer.from('fLaC\0\0', 'latin1') });
  expect(error.message).toMatch(/Got: flac.*Allowed: JPEG, PNG/);
});

test('exactly the most bytes are accepted', async () => {
  const image = Buffer.alloc(maxMediaBytes);
  png.copy(image);
  expect((await load({ image }))?.byteLength).toBe(maxMediaBytes);
});
