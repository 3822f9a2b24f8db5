import { readFileSync } from 'node:fs';
import { asr } from '../../tasks/asr/index.js';
import type { AsrParams, Transcript } from '../../tasks/asr/schema.js';
import { fixture } from '../helpers/fixtures.js';
import { LiveRunner } from '../helpers/live-runner.js';
import { joined, wavFile } from '../helpers/sounds.js';

const media = (name: string) => readFileSync(fixture(`media/${name}`));
const plain: AsrParams = {
  language: undefined,
  timestamps: false,
  task: 'transcribe',
  prompt: undefined,
  temperature: 0,
  stream: false,
};

let ctc: LiveRunner;
let whisper: LiveRunner;

beforeAll(async () => {
  const load = (name: string) =>
    LiveRunner.load({ folder: fixture(`models/tiny/${name}`), pipelineUrl: asr.pipelineUrl });
  [ctc, whisper] = await Promise.all([load('wav2vec2-ctc'), load('whisper')]);
}, 120_000);
afterAll(() => {
  ctc.close();
  whisper.close();
});

const hear = async (runner: LiveRunner, sound: Uint8Array, params: Partial<AsrParams> = {}) =>
  runner.answer<Transcript>(sound, { ...plain, ...params });

/** The sound of a 16-bit WAV file, 44 bytes of header left out. */
const samplesOf = (file: Buffer): Float32Array =>
  Float32Array.from({ length: (file.length - 44) / 2 }, (_, i) => file.readInt16LE(44 + 2 * i) / 32_768);

test('a sound of many windows reads like its parts', async () => {
  const part = samplesOf(media('letters-16k.wav'));
  const times = 24; // 67 seconds, three windows
  const long = wavFile([joined(Array.from({ length: times }, () => part))]);
  const { value, usage } = await hear(ctc, long, { timestamps: 'word' });
  expect(value.text).toBe(Array.from({ length: times }, () => 'SEAT TO RENT').join(' '));
  expect(value.seconds).toBeCloseTo((part.length * times) / 16_000, 3);
  expect(usage.deviceMicros).toBeGreaterThan(0);
  const starts = value.segments.flatMap(({ words }) => words!.map(({ start }) => start));
  const [first] = starts;
  starts.forEach((start, i) => {
    const expected = first! + Math.floor(i / 3) * (part.length / 16_000) + [0, 0.96, 1.56][i % 3]!;
    expect(Math.abs(start - expected)).toBeLessThan(0.05);
  });
});

test('Whisper goes on where the last times end, over many windows', async () => {
  const part = samplesOf(media('english-16k.wav'));
  const times = 8;
  const long = wavFile([joined(Array.from({ length: times }, () => part))]);
  const { value } = await hear(whisper, long, { language: 'en' });
  // What transformers 5.23 hears. It takes the loudest moment of the whole sound for the features' floor, the service
  // that of each window: the tiny model, unsure as it is, may slip elsewhere now and then.
  const heard =
    'one two three five four six six one three one one three five four six six one three ' +
    'one two three five four six six one three one two three five five six six one three ' +
    'one two three five four six six one three one two three five four six six six one six three ' +
    'one two three five four six six one three one two three five four six six one three';
  expect(wordErrors(value.text.split(' '), heard.split(' '))).toBeLessThanOrEqual(2);
  for (const [i, { start, end }] of value.segments.entries()) {
    expect(end).toBeGreaterThan(start);
    expect(start).toBeGreaterThanOrEqual(value.segments[i - 1]?.end ?? 0);
  }
});

test('a temperature is the one that Whisper draws at, and a prompt may be longer than it reads', async () => {
  const english = { language: 'en', temperature: 0.5, prompt: 'one two '.repeat(1000) };
  const { value } = await hear(whisper, media('english-16k.wav'), english);
  expect(value.text).not.toBe('');
  expect(new Set(value.segments.map(({ temperature }) => temperature))).toEqual(new Set([0.5]));
});

test('a sound without speech, or of digital silence, has an empty text', async () => {
  const silence = wavFile([new Float32Array(32_000)]);
  expect((await hear(ctc, silence)).value).toMatchObject({ text: '', segments: [], seconds: 2 });
  const { value } = await hear(ctc, wavFile([new Float32Array(100)]));
  expect(value).toMatchObject({ text: '', seconds: 100 / 16_000 });
});

test('what a model cannot do is refused by naming what it can', async () => {
  const sound = media('english-16k.wav');
  const refused = async (runner: LiveRunner, params: Partial<AsrParams>) =>
    hear(runner, sound, params).then(
      () => undefined,
      (error) => error,
    );
  const translate = await refused(ctc, { task: 'translate' });
  expect(translate).toMatchObject({ code: 'invalid_field', param: 'task' });
  const words = await refused(whisper, { timestamps: 'word' });
  expect(words).toMatchObject({ code: 'invalid_field', param: 'timestamps' });
  expect(words.message).toContain('"segment"');
  const klingon = await refused(whisper, { language: 'klingon' });
  expect(klingon).toMatchObject({ code: 'invalid_field', param: 'language' });
  expect(klingon.message).toContain('en, de');
});

test.each(['de', 'DE', 'German', 'de-AT'])('a language may be given as %s', async (language) => {
  const { value } = await hear(whisper, media('german-44k-stereo.wav'), { language });
  expect(value).toMatchObject({ language: 'de', text: 'fünf eins zwei drei' });
});

test('the length is told at once, and the last word makes it exact', async () => {
  const asked = whisper.ask(media('long-8k.wav'), { ...plain, language: 'en' });
  const outcome = await asked.outcome;
  expect(asked.measured()).toBe(8);
  expect(asked.measured() + (outcome.usage.audioSeconds ?? 0)).toBeCloseTo(8, 6);
});

describe('several sounds at once', () => {
  const long = (times = 30) => {
    const part = samplesOf(media('letters-16k.wav'));
    return wavFile([joined(Array.from({ length: times }, () => part))]);
  };

  test('a short one does not wait for a long one before it', async () => {
    const order: string[] = [];
    const first = ctc.ask(long(), plain);
    const second = ctc.ask(media('letters-16k.wav'), plain);
    await Promise.all([
      first.outcome.then(() => order.push('long')),
      second.outcome.then(() => order.push('short')),
    ]);
    expect(order).toEqual(['short', 'long']);
  });

  test('a cancelled one ends at once with what was heard, and is paid for that far', async () => {
    // Long enough that much is left to hear when the runner reads the cancel.
    const sound = long(300);
    ctc.onMeasured = (id) => ctc.cancel(id);
    const asked = ctc.ask(sound, plain);
    const outcome = await asked.outcome;
    ctc.onMeasured = () => {};
    expect(outcome.ok).toBe(true);
    const seconds = asked.measured() + outcome.usage.audioSeconds!;
    expect(seconds).toBeLessThan(samplesOf(sound).length / 16_000);
    expect((outcome as { value: Transcript }).value.seconds).toBeCloseTo(seconds, 6);
  });

  test('together they hear what each hears alone', async () => {
    const names = ['english-16k.wav', 'german-44k-stereo.wav', 'long-8k.wav', 'letters-16k.wav'];
    const alone = [];
    for (const name of names) alone.push((await hear(whisper, media(name))).value.text);
    const together = await Promise.all(
      names.map(async (name) => (await hear(whisper, media(name))).value.text),
    );
    expect(together).toEqual(alone);
  });
});

/** Words to insert, leave out or replace to get from one text to the other (Levenshtein). */
const wordErrors = (from: readonly string[], to: readonly string[]): number => {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const [i, word] of from.entries()) {
    const above = row;
    row = [i + 1];
    for (const [j, other] of to.entries())
      row.push(Math.min(above[j]! + (word === other ? 0 : 1), above[j + 1]! + 1, row[j]! + 1));
  }
  return row.at(-1)!;
};
