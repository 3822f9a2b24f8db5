/** A transcript as OpenAI words it, in brief and with times. */
import { z } from 'zod';
import { fullSegment, renderFullSegment, rounded, type Transcript } from '../../../tasks/asr/schema.js';

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
    .array(fullSegment.extend({ no_speech_prob: z.number().describe('0 where the model does not tell.') }))
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
  ...renderFullSegment(segment, id),
  no_speech_prob: segment.noSpeechProb ?? 0,
});

const renderWords = ({ words = [] }: Transcript['segments'][number]) =>
  words.map(({ word, start, end }) => ({ word: word.trim(), start: rounded(start), end: rounded(end) }));
