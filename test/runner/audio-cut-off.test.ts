/** Sounds of which a part is missing, at their end or before their beginning. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithFfmpeg } from '../helpers/needs.js';
import { decodeSound as decode, ffmpeg, tone, wavFile } from '../helpers/sounds.js';

const rate = 16_000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cut-off-test-'));
  // Noise, for a tone takes so few bytes in some codecs that a cut hardly shows.
  ffmpeg(['-f', 'lavfi', '-i', 'anoisesrc=d=4:c=pink:a=0.4:seed=5:r=44100', '-ac', '2', original()]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const original = () => join(folder, 'original.wav');

const converted = (name: string, ...options: string[]): Buffer => {
  ffmpeg(['-i', original(), ...options, join(folder, name)]);
  return readFileSync(join(folder, name));
};

const lengthOf = async (bytes: Uint8Array) => (await decode(bytes)).samples.length / rate;
const shareOf = (file: Buffer, share: number) => file.subarray(0, Math.floor(file.length * share));

const withPicture = ['-f', 'lavfi', '-i', 'testsrc=d=6:s=64x64:r=10', '-c:v', 'mpeg4'];
const fragmented = ['-movflags', 'frag_keyframe+empty_moov', '-frag_duration', '500000'];
const telling: [string, string[]][] = [
  ['a.m4a', []],
  ['fast.m4a', ['-movflags', '+faststart']],
  ['fragments.m4a', fragmented],
  ['video.mp4', [...withPicture, '-movflags', '+faststart']],
  ['constant.mp3', ['-b:a', '64k']],
  ['variable.mp3', ['-q:a', '4']],
  ['a.flac', []],
  ['a.ogg', ['-c:a', 'libvorbis']],
  ['a.opus', []],
  ['flac.oga', ['-c:a', 'flac']],
  ['a.webm', []],
  ['video.mkv', withPicture],
  ['video.avi', withPicture],
  ['a.wma', []],
  ['a.aiff', []],
  ['a.au', []],
  ['a.caf', []],
  ['a.w64', []],
  ['rf64.wav', ['-rf64', 'always']],
  ['adpcm.wav', ['-c:a', 'adpcm_ms']],
  ['a.wv', []],
  ['a.tta', []],
  ['a.flv', []],
];

describeWithFfmpeg('a file that was cut off', () => {
  test.each(telling)('%s is refused, and heard when it is whole', async (name, options) => {
    const whole = converted(name, ...options);
    expect(await lengthOf(whole)).toBeCloseTo(4, 0);
    for (const share of [0.6, 0.9]) {
      await expect(decode(shareOf(whole, share))).rejects.toMatchObject({
        code: 'invalid_media',
        message: expect.stringContaining('truncated'),
      });
    }
  });
});

describeWithFfmpeg('a whole file is not taken for one that was cut off', () => {
  const tag = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);

  test.each(['a.m4a', 'a.mp3', 'a.flac', 'a.ogg', 'a.opus', 'a.webm', 'a.wma', 'a.aiff', 'a.caf', 'a.avi'])(
    '%s with something behind it',
    async (name) => {
      const whole = converted(name);
      for (const more of [tag, Buffer.alloc(3_001)])
        expect(await lengthOf(Buffer.concat([whole, more]))).toBeCloseTo(4, 0);
    },
  );

  test.each([
    ['matroska', []],
    ['webm', []],
    ['ogg', []],
    ['asf', []],
    ['flv', []],
    ['flac', []],
    ['au', []],
    ['mp3', []],
    ['avi', []],
    ['mp4', ['-movflags', 'frag_keyframe+empty_moov']],
  ])('%s from a writer that cannot go back', async (format, options) => {
    const streamed = ffmpeg(['-i', original(), ...options, '-f', format, 'pipe:1']);
    expect(await lengthOf(streamed)).toBeCloseTo(4, 0);
  });

  test.each([8_000, 11_025, 16_000, 24_000, 48_000])('a short MP3 at %i Hz', async (hertz) => {
    const from = join(folder, 'short.wav');
    writeFileSync(from, wavFile([tone(440, 0.1, hertz)], hertz));
    ffmpeg(['-i', from, '-b:a', '8k', join(folder, 'short.mp3')]);
    expect(await lengthOf(readFileSync(join(folder, 'short.mp3')))).toBeCloseTo(0.1, 1);
  });

  test.each(['flac', 'mp3', 'm4a', 'wv', 'tta', 'ogg'])('%s copied out of a longer file', async (ending) => {
    const [whole, part] = [join(folder, `whole.${ending}`), join(folder, `part.${ending}`)];
    converted(`whole.${ending}`);
    ffmpeg(['-ss', '1', '-i', whole, '-t', '2', '-c', 'copy', part]);
    const seconds = await lengthOf(readFileSync(part));
    expect(seconds).toBeGreaterThan(1.8);
    expect(seconds).toBeLessThan(3.5);
  });

  test('a video whose sound ends before its pictures', async () => {
    expect(await lengthOf(converted('longer.mkv', ...withPicture))).toBeCloseTo(4, 0);
  });
});

describeWithFfmpeg('a sound that begins after its video', () => {
  test.each(['late.mp4', 'late.mkv'])('%s keeps its times', async (name) => {
    const pictures = ['-f', 'lavfi', '-i', 'testsrc=d=5:s=64x64:r=10'];
    const path = join(folder, name);
    ffmpeg([
      ...pictures,
      '-itsoffset',
      '3',
      '-i',
      original(),
      '-map',
      '0',
      '-map',
      '1',
      '-c:v',
      'mpeg4',
      path,
    ]);
    const { seconds, samples } = await decode(readFileSync(path));
    expect(seconds).toBeCloseTo(7, 0);
    expect(samples.length / rate).toBeCloseTo(7, 0);
    expect(samples.subarray(0, 2.9 * rate).every((sample) => sample === 0)).toBe(true);
    expect(samples.subarray(3.1 * rate, 3.2 * rate).some((sample) => Math.abs(sample) > 0.01)).toBe(true);
  });
});
