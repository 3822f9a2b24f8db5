import type { Task } from '../task.js';
import {
  type AsrParams,
  type AsrRequest,
  request,
  response,
  type Segment,
  type Transcript,
} from './schema.js';

export const asr: Task<AsrRequest, Transcript> = {
  name: 'asr',
  aliases: ['automatic-speech-recognition'],
  summary: 'What is said in a recording, as text with times.',
  media: 'audio',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  split({ language, timestamps, task }, media) {
    const params: AsrParams = { language, timestamps, task };
    // Compressed sound has some 16 kB a second, raw sound five times that: an estimate until the runner has measured.
    const size = Math.max(1, (media?.byteLength ?? 0) / 16_000);
    return { works: [{ input: media, size, bytes: media?.byteLength ?? 0 }], params };
  },
  render([transcript]) {
    const { text, seconds, language, segments } = transcript!;
    return {
      text,
      duration: rounded(seconds),
      language: language ?? null,
      segments: segments.map(renderSegment),
    };
  },
};

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

/** Milliseconds are finer than any model hears. */
const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
