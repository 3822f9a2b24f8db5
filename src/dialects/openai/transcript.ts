/** A transcript as OpenAI words it, in brief and with times. */
import { z } from 'zod';
import { rounded, type Transcript } from '../../../tasks/asr/schema.js';

export const usageSchema = z.object({
  type: z.literal('duration'),
  seconds: z.number().describe('Length of the sound.'),
});

export const briefSchema = z.object({ text: z.string(), usage: usageSchema });

const seconds = z.number().describe('Seconds from the beginning.');

export const verboseSchema = z.object({
  task: z.enum(['transcribe', 'translate']),
  language: z.string().describe('English name of the spoken language; `unknown` if the model does not tell.'),
  duration: z.number(),
  text: z.string(),
  segments: z
    .array(
      z.object({
        id: z.int(),
        seek: z.int().describe('Where the window began in which it was heard, in hundredths of a second.'),
        start: seconds,
        end: seconds,
        text: z.string(),
        tokens: z.array(z.int()),
        temperature: z.number(),
        avg_logprob: z.number(),
        compression_ratio: z.number(),
        no_speech_prob: z.number().describe('0 where the model does not tell.'),
      }),
    )
    .optional(),
  words: z.array(z.object({ word: z.string(), start: seconds, end: seconds })).optional(),
  usage: usageSchema,
});

export const renderBrief = ({ text, seconds }: Transcript): z.output<typeof briefSchema> => ({
  text,
  usage: { type: 'duration', seconds: rounded(seconds) },
});

interface Told {
  readonly task: 'transcribe' | 'translate';
  readonly segments: boolean;
  readonly words: boolean;
}

export const renderVerbose = (transcript: Transcript, told: Told): z.output<typeof verboseSchema> => {
  const { language, segments, seconds } = transcript;
  return {
    ...renderBrief(transcript),
    task: told.task,
    language: language === undefined ? 'unknown' : nameOf(language),
    duration: rounded(seconds),
    ...(told.segments ? { segments: segments.map(renderSegment) } : {}),
    ...(told.words ? { words: segments.flatMap(renderWords) } : {}),
  };
};

const nameOf = (code: string): string =>
  new Intl.DisplayNames('en', { type: 'language' }).of(code)?.toLowerCase() ?? code;

const renderSegment = (segment: Transcript['segments'][number], id: number) => ({
  id,
  seek: segment.seek,
  start: rounded(segment.start),
  end: rounded(segment.end),
  text: segment.text,
  tokens: [...segment.tokens],
  temperature: segment.temperature,
  avg_logprob: segment.avgLogprob,
  compression_ratio: segment.compressionRatio,
  no_speech_prob: segment.noSpeechProb ?? 0,
});

const renderWords = ({ words = [] }: Transcript['segments'][number]) =>
  words.map(({ word, start, end }) => ({ word: word.trim(), start: rounded(start), end: rounded(end) }));
