import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMedia } from '../../src/media/load-media.js';
import { sniff } from '../../src/media/sniff.js';
import { describeWithFfmpeg } from '../helpers/needs.js';
import { decodeSound as decode, ffmpeg, pitchOf, tone, wavFile } from '../helpers/sounds.js';

const rate = 16_000;
const never = new AbortController().signal;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audio-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`taskwire-sound-${process.pid}-`));
  expect(left).toEqual([]);
});

/** Two seconds of 440 Hz in stereo at 44.1 kHz, which ffmpeg turns into anything else. */
const original = wavFile([tone(440, 2, 44_100), tone(440, 2, 44_100)], 44_100);

const converted = (name: string, ...options: string[]): Buffer => {
  const from = join(folder, 'original.wav');
  writeFileSync(from, original);
  ffmpeg(['-i', from, ...options, join(folder, name)]);
  return readFileSync(join(folder, name));
};

const withPicture = ['-f', 'lavfi', '-i', 'testsrc=d=2:s=64x64', '-shortest', '-c:v', 'mpeg4'];

describeWithFfmpeg('every container', () => {
  test.each<[string, string[]]>([
    ['a.wav', []],
    ['a.mp3', []],
    ['a.flac', []],
    ['a.ogg', ['-c:a', 'libvorbis']],
    ['a.opus', []],
    ['a.webm', []],
    ['a.m4a', []],
    ['a.aac', []],
    ['a.aiff', []],
    ['adpcm.wav', ['-c:a', 'adpcm_ms']],
    ['a.mp4', withPicture],
    ['fast.mp4', [...withPicture, '-movflags', '+faststart']],
    ['a.mkv', withPicture],
    ['a.w64', []],
    ['a.wv', []],
    ['a.tta', []],
    ['a.ac3', []],
    ['a.dts', ['-c:a', 'dca', '-strict', '-2']],
    ['a.flv', []],
    ['a.ts', []],
    ['a.m2ts', []],
  ])('%s is decoded to mono at the wanted rate', async (name, options) => {
    const file = converted(name, ...options);
    expect(sniff(file)?.kind).toBe('audio');
    const { seconds, samples } = await decode(file);
    // Codecs of frames add and lose some milliseconds.
    expect(samples.length / rate).toBeGreaterThan(1.9);
    expect(samples.length / rate).toBeLessThan(2.2);
    expect(Math.abs(seconds - samples.length / rate)).toBeLessThan(0.15);
    const middle = samples.subarray(8_000, 24_000);
    expect(pitchOf(middle)).toBeGreaterThan(435);
    expect(pitchOf(middle)).toBeLessThan(445);
    expect(Math.max(...middle)).toBeGreaterThan(0.4);
    expect(Math.max(...middle)).toBeLessThan(0.6);
  });

  test('a recording that does not say its length, as browsers make them, is measured', async () => {
    const from = join(folder, 'original.wav');
    writeFileSync(from, original);
    const { seconds, samples } = await decode(ffmpeg(['-i', from, '-f', 'webm', 'pipe:1']));
    expect(seconds).toBeCloseTo(2, 1);
    expect(samples.length / rate).toBeCloseTo(2, 1);
  });
});

describeWithFfmpeg('WAV without ffmpeg gives what ffmpeg gives', () => {
  const encodings = ['u8', 's16le', 's24le', 's32le', 'f32le', 'f64le', 'alaw', 'mulaw'];
  test.each([
    ...encodings.map((encoding): [string, number, number] => [`pcm_${encoding}`, 16_000, 1]),
    ['pcm_s16le', 16_000, 2],
    ['pcm_s16le', 44_100, 2],
    ['pcm_s16le', 8_000, 1],
    ['pcm_s16le', 11_025, 1],
    ['pcm_s24le', 48_000, 2],
    ['pcm_s16le', 44_056, 1],
    ['pcm_s16le', 96_000, 1],
  ])('%s at %i Hz, %i channels', async (codec, from, channels) => {
    const path = join(folder, 'encoded.wav');
    const noise = `anoisesrc=d=1:c=pink:a=0.4:seed=5:r=${from}`;
    ffmpeg(['-f', 'lavfi', '-i', noise, '-ac', String(channels), '-c:a', codec, path]);
    const mean = ['-af', 'aresample=rematrix_maxval=1.0', '-ac', '1'];
    const raw = ffmpeg(['-i', path, ...mean, '-ar', String(rate), '-f', 'f32le', 'pipe:1']);
    const expected = new Float32Array(Uint8Array.from(raw).buffer);
    const { samples } = await decode(readFileSync(path));
    expect(Math.abs(samples.length - expected.length)).toBeLessThanOrEqual(1);
    // The ends are left out: ffmpeg mirrors the sound there, we take silence.
    const edge = from === rate ? 0 : 100;
    let worst = 0;
    for (let i = edge; i < expected.length - edge; i++)
      worst = Math.max(worst, Math.abs(samples[i]! - expected[i]!));
    expect(worst).toBeLessThan(1e-5);
  });

  test('chunks of odd size and unknown kind are passed over', async () => {
    const note = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
    const file = Buffer.concat([original.subarray(0, 36), note, original.subarray(36)]);
    expect((await decode(file)).seconds).toBe(2);
  });

  test.each([0, 0xffff_ffff, 0x7fff_ffff])(
    'a size of %d, which says nothing, is not believed',
    async (size) => {
      const streamed = Buffer.from(original);
      streamed.writeUInt32LE(size, 40);
      expect((await decode(streamed)).seconds).toBe(2);
    },
  );

  test('sound that was cut off is refused', async () => {
    const short = original.subarray(0, 44 + 44_100 * 4);
    await expect(decode(short)).rejects.toMatchObject({
      code: 'invalid_media',
      message: expect.stringContaining('truncated'),
    });
  });

  test('what is no number becomes silence', async () => {
    const file = Buffer.from(wavFile([tone(440, 0.1)]));
    file.writeUInt16LE(3, 20);
    file.writeUInt16LE(4, 32);
    file.writeUInt16LE(32, 34);
    for (let at = 44; at + 4 <= file.length; at += 4) file.writeFloatLE(Number.NaN, at);
    expect(new Set((await decode(file)).samples)).toEqual(new Set([0]));
  });
});

describeWithFfmpeg('bad sounds are refused in plain words', () => {
  const failing = async (bytes: Uint8Array, maxSeconds?: number) => {
    const error = await decode(bytes, maxSeconds).then(
      () => undefined,
      (caught) => caught,
    );
    expect(error?.name).toBe('TaskwireError');
    expect(error.message).not.toContain(tmpdir());
    expect(error.message).not.toContain('taskwire-sound');
    return { code: error.code, message: error.message };
  };

  test('text never reaches a decoder', async () => {
    const text = Buffer.from('This is not a sound, it is a text that somebody took for one.');
    const load = loadMedia('audio', { audio: text }, async () => text, never);
    await expect(load).rejects.toMatchObject({ code: 'unsupported_media' });
  });

  test('a WAV file without sound', async () => {
    expect(await failing(wavFile([new Float32Array(0)]))).toMatchObject({ code: 'invalid_media' });
  });

  test('a WAV file cut inside its header', async () => {
    expect(await failing(original.subarray(0, 30))).toMatchObject({ code: 'invalid_media' });
  });

  test('an M4A file cut before the index at its end', async () => {
    const whole = converted('cut.m4a');
    const { code, message } = await failing(whole.subarray(0, whole.length / 2));
    expect(code).toBe('invalid_media');
    expect(message).toContain('truncated');
  });

  test('noise behind the first bytes of an MP3', async () => {
    const noise = Buffer.from(tone(7919, 2).buffer);
    expect(await failing(Buffer.concat([Buffer.from('ID3'), noise]))).toMatchObject({
      code: 'invalid_media',
    });
  });

  test('a video without sound', async () => {
    ffmpeg(['-f', 'lavfi', '-i', 'testsrc=d=1:s=64x64', '-c:v', 'mpeg4', join(folder, 'mute.mp4')]);
    const { code, message } = await failing(readFileSync(join(folder, 'mute.mp4')));
    expect(code).toBe('invalid_media');
    expect(message).toContain('no sound track');
  });

  test.each(['long.mp3', 'long.flac', 'long.wav'])(
    '%s beyond the limit, with the limit and the length',
    async (name) => {
      const { code, message } = await failing(converted(name), 1);
      expect(code).toBe('audio_too_long');
      expect(message).toMatch(/Got: .*s\. Allowed: 1 s/);
    },
  );
});
