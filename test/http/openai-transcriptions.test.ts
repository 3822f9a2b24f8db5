/** Speech in OpenAI's form. */
import { readFileSync } from 'node:fs';
import type { Transcript } from '../../tasks/asr/schema.js';
import { fixture } from '../helpers/fixtures.js';
import { eventsOf, type ServedOpenAi, serveOpenAi } from '../helpers/openai.js';

let service: ServedOpenAi;
beforeAll(async () => {
  service = await serveOpenAi();
  service.runners.onLoad = (runner) => runner.ready({ kind: 'generate', slots: 8 });
  service.runners.onBatch = (runner, items) => {
    for (const { id, params } of items) {
      const { stream } = params as { stream: boolean };
      for (const { text } of stream ? heard.segments : []) runner.say({ type: 'delta', id, delta: { text } });
      runner.answer(id, heard, { audioSeconds: 62.5, deviceMicros: 10 });
    }
  };
});
afterAll(() => service.close());

const segment = {
  tokens: [5, 6],
  seek: 0,
  temperature: 0.2,
  avgLogprob: -0.5,
  compressionRatio: 1.25,
  noSpeechProb: 0.125,
  words: undefined,
};

const heard: Transcript = {
  text: 'Hello there. One --> two.',
  seconds: 3725.5,
  language: 'en',
  segments: [
    {
      ...segment,
      start: 0,
      end: 1.5,
      text: ' Hello there.',
      words: [{ word: ' Hello', start: 0, end: 0.5, probability: 0.9 }],
    },
    { ...segment, start: 3661.0004, end: 3725.5, text: ' One --> two.', noSpeechProb: undefined },
  ],
};

const sound = new Blob([readFileSync(fixture('media/letters-16k.wav'))]);

/** Form fields in this order; the sound stands where `file` does. */
const form = (...fields: ReadonlyArray<readonly [string, string]>): FormData => {
  const data = new FormData();
  for (const [name, value] of fields) {
    if (name === 'file') data.append(name, sound, value);
    else data.append(name, value);
  }
  return data;
};

const transcribe = (...fields: ReadonlyArray<readonly [string, string]>) =>
  service.ask('/v1/audio/transcriptions', form(...fields));

test('the text and its length, wherever the file stands in the form', async () => {
  for (const fields of [
    [
      ['file', 'a.wav'],
      ['model', 'test/ears'],
    ],
    [
      ['model', 'test/ears'],
      ['file', 'a.wav'],
    ],
  ] as const) {
    const { status, json } = await transcribe(...fields);
    expect([status, json]).toEqual([200, { text: heard.text, usage: { type: 'duration', seconds: 3725.5 } }]);
  }
  expect(service.sent().params).toEqual({
    task: 'transcribe',
    timestamps: false,
    temperature: 0,
    stream: false,
  });
});

test('JSON carries the sound as a data URL, and a raw body as it is', async () => {
  const bytes = Buffer.from(await sound.arrayBuffer());
  const file = `data:audio/wav;base64,${bytes.toString('base64')}`;
  const path = '/v1/audio/transcriptions';
  const answers = [
    await service.ask(path, { model: 'test/ears', file }),
    await service.ask(`${path}?model=test/ears`, bytes, { 'content-type': 'audio/wav' }),
  ];
  expect(answers.map(({ json }) => json.text)).toEqual([heard.text, heard.text]);
});

test('the fields of the form reach the runner as what they stand for', async () => {
  const { status } = await transcribe(
    ['file', 'a.wav'],
    ['language', 'de'],
    ['prompt', '12'],
    ['temperature', '0.5'],
    ['response_format', 'verbose_json'],
    ['timestamp_granularities[]', 'word'],
    ['timestamp_granularities[]', 'segment'],
    ['chunking_strategy', 'auto'],
  );
  expect(status).toBe(200);
  expect(service.sent().params).toEqual({
    language: 'de',
    prompt: '12',
    temperature: 0.5,
    timestamps: 'word',
    task: 'transcribe',
    stream: false,
  });
});

const verboseSegments = [
  {
    id: 0,
    seek: 0,
    start: 0,
    end: 1.5,
    text: ' Hello there.',
    tokens: [5, 6],
    temperature: 0.2,
    avg_logprob: -0.5,
    compression_ratio: 1.25,
    no_speech_prob: 0.125,
  },
  expect.objectContaining({ id: 1, start: 3661, end: 3725.5, no_speech_prob: 0 }),
];
const verboseWords = [{ word: 'Hello', start: 0, end: 0.5 }];

test.each([
  ['segments by default', [], { segments: verboseSegments }],
  ['words', ['word'], { words: verboseWords }],
  ['both', ['word', 'segment'], { segments: verboseSegments, words: verboseWords }],
])('verbose_json has %s', async (_, asked, told) => {
  const { json } = await transcribe(
    ['file', 'a.wav'],
    ['response_format', 'verbose_json'],
    ...asked.map((one) => ['timestamp_granularities[]', one] as const),
  );
  expect(json).toEqual({
    task: 'transcribe',
    language: 'english',
    duration: 3725.5,
    text: heard.text,
    usage: { type: 'duration', seconds: 3725.5 },
    ...told,
  });
});

// The forms of the SubRip and WebVTT formats.
test.each([
  ['text', 'text/plain', 'Hello there. One --> two.\n'],
  [
    'srt',
    'text/plain',
    '1\n00:00:00,000 --> 00:00:01,500\nHello there.\n\n2\n01:01:01,000 --> 01:02:05,500\nOne -> two.\n\n',
  ],
  [
    'vtt',
    'text/vtt',
    'WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello there.\n\n01:01:01.000 --> 01:02:05.500\nOne -> two.\n\n',
  ],
])('%s is text as it stands', async (format, type, text) => {
  const answer = await transcribe(['file', 'a.wav'], ['response_format', format]);
  expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
    200,
    `${type}; charset=utf-8`,
    text,
  ]);
});

test('a stream tells new text, then all of it', async () => {
  const { text, headers } = await transcribe(['file', 'a.wav'], ['stream', 'true']);
  expect(headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(eventsOf(text)).toEqual([
    { type: 'transcript.text.delta', delta: ' Hello there.' },
    { type: 'transcript.text.delta', delta: ' One --> two.' },
    { type: 'transcript.text.done', text: heard.text, usage: { type: 'duration', seconds: 3725.5 } },
    '[DONE]',
  ]);
});

test('a translation asks the task for one', async () => {
  const data = form(['file', 'a.wav'], ['response_format', 'verbose_json'], ['language', 'ignored']);
  const { json } = await service.ask('/v1/audio/translations', data);
  expect([json.task, json.segments]).toEqual(['translate', verboseSegments]);
  expect(service.sent().params).toMatchObject({ task: 'translate', timestamps: 'segment' });
});

test.each([
  ['no file', [['model', 'test/ears']], 'file', 'missing_field'],
  [
    'an odd format',
    [
      ['file', 'a.wav'],
      ['response_format', 'xml'],
    ],
    'response_format',
    'invalid_field',
  ],
  [
    'streamed subtitles',
    [
      ['file', 'a.wav'],
      ['response_format', 'srt'],
      ['stream', 'true'],
    ],
    'stream',
    'invalid_field',
  ],
  [
    'a temperature beyond',
    [
      ['file', 'a.wav'],
      ['temperature', '2'],
    ],
    'temperature',
    'invalid_field',
  ],
  [
    'odd times',
    [
      ['file', 'a.wav'],
      ['timestamp_granularities[]', 'letter'],
    ],
    'timestamp_granularities',
    'invalid_field',
  ],
] as const)('%s is refused by name', async (_, fields, param, code) => {
  const { status, json } = await transcribe(...fields);
  expect([status, json]).toEqual([
    400,
    { error: { message: expect.any(String), type: 'invalid_request_error', param, code } },
  ]);
});

test('what is no sound is refused by the name of the field', async () => {
  const data = new FormData();
  data.append('file', new Blob(['just text']), 'a.mp3');
  const { status, json } = await service.ask('/v1/audio/transcriptions', data);
  expect([status, json.error.code, json.error.param]).toEqual([415, 'unsupported_media', 'file']);
});
