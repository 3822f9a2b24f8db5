import type { StreamShape, Task } from '../task.js';
import {
  type AsrDelta,
  type AsrParams,
  type AsrRequest,
  event,
  modelOptions,
  request,
  response,
  rounded,
  type Segment,
  type Transcript,
} from './schema.js';
import { wire } from './wire.js';

const stream: StreamShape<AsrRequest, Transcript> = {
  event,
  asksFor: (fields) => fields.stream,
  force: (fields) => ({ ...fields, stream: true }),
  renderDelta: (delta) => ({ token: (delta as AsrDelta).text, finished: false }),
  renderEnd: ([transcript]) => ({ token: '', finished: true, ...render(transcript!) }),
  renderError: (error) => ({ token: '', finished: true, error }),
};

export const asr: Task<AsrRequest, Transcript> = {
  name: 'asr',
  aliases: ['automatic-speech-recognition'],
  summary: 'What is said in a recording, as text with times.',
  media: 'audio',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  modelOptions,
  wire,
  split({ language, timestamps, task, prompt, temperature, stream }, media) {
    const params: AsrParams = { language, timestamps, task, prompt, temperature, stream };
    // Compressed sound has some 16 kB a second, raw sound five times that: an estimate until the runner has measured.
    const size = Math.max(1, (media?.byteLength ?? 0) / 16_000);
    return { works: [{ input: media, size, bytes: media?.byteLength ?? 0 }], params };
  },
  render: ([transcript]) => render(transcript!),
  stream,
};

const render = ({ text, seconds, language, segments }: Transcript) => ({
  text,
  duration: rounded(seconds),
  language: language ?? null,
  segments: segments.map(renderSegment),
});

const renderSegment = ({ start, end, text, words }: Segment, id: number) => ({
  id,
  start: rounded(start),
  end: rounded(end),
  text: text.trim(),
  ...(words
    ? {
        words: words.map(({ word, start, end }) => ({
          word: word.trim(),
          start: rounded(start),
          end: rounded(end),
        })),
      }
    : {}),
});
