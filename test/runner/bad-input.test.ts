/**
 * Input of every wrong kind against the whole service, runners and all: it gets its documented status and code, and the
 * next request works.
 */

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { tasks } from '../../tasks/index.js';
import { fixture } from '../helpers/fixtures.js';
import { askGolden, goldenCases } from '../helpers/golden.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithFfmpeg } from '../helpers/needs.js';
import { privateAddresses } from '../helpers/private-addresses.js';
import { ffmpeg, tone, wavFile } from '../helpers/sounds.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { pngFile } from './image-tools.js';

/** As private as 127.0.0.1, and on the service's list of exceptions. */
const filesHost = '127.0.0.2';
let service: LiveService;
let files: Server;
beforeAll(async () => {
  files = createServer((req, res) =>
    res.writeHead(302, { location: decodeURIComponent(req.url!.slice(1)) }).end(),
  );
  await new Promise<void>((resolve) => files.listen(0, filesHost, resolve));
  service = await startService({ TASKWIRE_FETCH_ALLOW: filesHost });
});
afterAll(async () => {
  files.close();
  await service.close();
});

const answers = async (name: string): Promise<void> => {
  const task = tasks.find((one) => one.name === name)!;
  await askGolden(service, task, goldenCases(task)[0]!);
};

/** Sends it, then a good request of the same task; status, code and field of the first. */
const refusal = async (task: string, model: string, body: unknown, type?: string) => {
  const path = `/v1/inference/${task}`;
  const { status, json } = await (type
    ? service.post(`${path}?model=tiny/${model}`, body, { 'content-type': type })
    : service.post(path, { model: `tiny/${model}`, ...(body as object) }));
  await answers(task);
  return [status, json.error?.code, json.error?.param];
};

const picture = (bytes: Uint8Array) =>
  refusal('image-classification', 'vit', new Uint8Array(bytes), 'image/png');
const sound = (bytes: Uint8Array) => refusal('asr', 'wav2vec2-ctc', new Uint8Array(bytes), 'audio/wav');
const media = (name: string) => readFileSync(fixture(`media/${name}`));

describe('pictures', () => {
  test('51 megapixels, whole and valid', async () => {
    const png = await sharp({ create: { width: 10_200, height: 5_000, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(await picture(png)).toEqual([413, 'image_too_large', 'image']);
  }, 60_000);

  test('a bomb: a few bytes that claim 2,500 megapixels', async () => {
    const bomb = pngFile({ width: 50_000, height: 50_000 }, new Uint8Array());
    expect(bomb.byteLength).toBeLessThan(200);
    expect(await picture(bomb)).toEqual([413, 'image_too_large', 'image']);
  });

  test('a picture that unpacks to far more than its header says', async () => {
    const [status, code] = await picture(pngFile({ width: 4, height: 1 }, new Uint8Array(3_000_000)));
    expect([200, 400]).toContain(status);
    expect([undefined, 'invalid_media']).toContain(code);
  });

  test.each([0.02, 0.3, 0.9])('a JPEG of which only %f is there', async (part) => {
    const whole = media('scene-53x37.jpg');
    expect(await picture(whole.subarray(0, whole.length * part))).toEqual([400, 'invalid_media', 'image']);
  });

  test.each([
    ['text', Buffer.from('this is no picture, whatever its type says')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a sound', wavFile([tone(440, 1)])],
    ['HEIC', Buffer.from('\0\0\0\x20ftypheic\0\0\0\0mif1heic', 'latin1')],
  ])('%s', async (_, bytes) => {
    expect(await picture(bytes)).toEqual([415, 'unsupported_media', 'image']);
  });

  test('nothing', async () => {
    expect((await picture(Buffer.alloc(0)))[0]).toBe(400);
  });

  test.each(['not base64 at all!', 'data:image/png;base64,%%%', 'data:image/png,plain', ''])(
    '%j as base64',
    async (image) => {
      const [status, , param] = await refusal('image-classification', 'vit', { image });
      expect([400, 415]).toContain(status);
      expect(param).toBe('image');
    },
  );

  test('30 MB', async () => {
    expect(await picture(Buffer.alloc(30 * 2 ** 20, 1))).toEqual([413, 'body_too_large', undefined]);
  });
});

describe('sounds', () => {
  test.each([
    ['text', Buffer.from('one two three, said nobody'), 415, 'unsupported_media'],
    ['a picture', media('scene-32x32.png'), 415, 'unsupported_media'],
    ['a header cut short', wavFile([tone(440, 1)]).subarray(0, 30), 400, 'invalid_media'],
    ['a header and nothing behind it', wavFile([new Float32Array(0)]), 400, 'invalid_media'],
  ])('%s', async (_, bytes, status, code) => {
    expect(await sound(bytes)).toEqual([status, code, 'audio']);
  });

  test('30 MB', async () => {
    expect(await sound(Buffer.alloc(30 * 2 ** 20, 1))).toEqual([413, 'body_too_large', undefined]);
  });
});

describeWithFfmpeg('sounds in other containers', () => {
  test('one of more than two hours', async () => {
    const path = join(temporaryFolder(), 'long.flac');
    ffmpeg(['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '7300', path]);
    expect(await sound(readFileSync(path))).toEqual([413, 'audio_too_long', 'audio']);
  });

  test('half an M4A', async () => {
    const path = join(temporaryFolder(), 'half.m4a');
    ffmpeg(['-f', 'lavfi', '-i', 'sine=440:d=2', path]);
    const whole = readFileSync(path);
    expect(await sound(whole.subarray(0, whole.length / 2))).toEqual([400, 'invalid_media', 'audio']);
  });
});

describe('addresses', () => {
  const fetched = (image_url: string) => refusal('image-classification', 'vit', { image_url });

  test('none that is private, however it is spelled', async () => {
    for (const address of privateAddresses.filter((one) => !one.includes(filesHost))) {
      const { status, json } = await service.post('/v1/inference/image-classification', {
        model: 'tiny/vit',
        image_url: address,
      });
      expect([address, status, json.error.code]).toEqual([address, 400, 'url_not_allowed']);
    }
    await answers('image-classification');
  });

  test.each([
    'http://127.0.0.1:1/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
  ])('none that redirects to %s', async (target) => {
    const { port } = files.address() as AddressInfo;
    const address = `http://${filesHost}:${port}/${encodeURIComponent(target)}`;
    expect(await fetched(address)).toEqual([400, 'url_not_allowed', 'image_url']);
  });
});

describe('texts', () => {
  const classify = (inputs: unknown) => refusal('text-classification', 'bert-sentiment', { inputs });
  const write = (fields: object) => refusal('text-generation', 'llama-gqa', fields);

  test('NUL is a character', async () => {
    expect((await classify('a\0b'))[0]).toBe(200);
    expect((await write({ prompt: 'a\0b', max_tokens: 1 }))[0]).toBe(200);
  });

  test('half a surrogate pair is none', async () => {
    const body = '{"model": "tiny/bert-sentiment", "inputs": "a\\ud83d"}';
    expect(await refusal('text-classification', 'bert-sentiment', body, 'application/json')).toEqual([
      400,
      'invalid_field',
      'inputs',
    ]);
  });

  test('2,049 inputs are too many, 2,048 are not', async () => {
    expect(await classify(Array(2049).fill('x'))).toEqual([400, 'too_many_inputs', 'inputs']);
    expect((await classify(Array(2048).fill('x')))[0]).toBe(200);
  });

  test('11 MB of JSON', async () => {
    expect(await classify('x'.repeat(11 * 2 ** 20))).toEqual([413, 'body_too_large', undefined]);
  });

  test('a text of twenty thousand words is cut, and embeddings say so', async () => {
    const { status, json } = await service.post('/v1/inference/embeddings', {
      model: 'tiny/bert-embed',
      inputs: 'river '.repeat(20_000),
    });
    expect([status, json.truncated]).toEqual([200, [0]]);
    await answers('embeddings');
  }, 60_000);

  test('a prompt beyond the window', async () => {
    const [status, code] = await write({ prompt: 'once upon a time '.repeat(2_000) });
    expect([status, code]).toEqual([400, 'context_too_long']);
  });

  test.each(['', ' ', '\n\n', '\u200b', '🦊'.repeat(50), '\u0000', '<s></s><unk>', 'ﷺ'.repeat(20)])(
    'the odd text %j is answered',
    async (text) => {
      expect((await classify(text))[0]).toBe(200);
      if (text !== '') expect((await write({ prompt: text, max_tokens: 2 }))[0]).toBe(200);
    },
  );
});
