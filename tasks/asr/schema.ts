import { z } from 'zod';
import { mediaField, mediaUrl, model, text } from '../fields.js';

export const request = z.strictObject({
  model,
  audio: mediaField('sound (or a video with sound)'),
  audio_url: mediaUrl('sound'),
  language: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .describe('What is spoken, as a code (`de`) or a name (`german`); default: heard from the sound.'),
  timestamps: z
    .union([z.literal(false), z.enum(['segment', 'word'])])
    .default(false)
    .describe('How finely times are told. With `false`, segments are as coarse as the model makes them.'),
  task: z
    .enum(['transcribe', 'translate'])
    .default('transcribe')
    .describe('`translate` writes English whatever is spoken, where the model can.'),
  prompt: text
    .max(10_000)
    .optional()
    .describe('What may have been said before: its names and spelling are followed. Whisper reads it.'),
  temperature: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('0 takes the likeliest text, and draws where that goes wrong. Whisper heeds it.'),
  stream: z.boolean().default(false).describe('Answer as `/stream` does.'),
});

export type AsrRequest = z.output<typeof request>;

/** A model's own settings, in its `taskwire.json`. */
export const modelOptions = z.looseObject({
  /** What a CTC model was trained on, as a code. */
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "a language's code, such as en")
    .optional(),
  /** At which Whisper tries one after the other, until a text neither repeats itself nor is unlikely. */
  temperatures: z.array(request.shape.temperature.unwrap()).min(1).optional(),
});

export type AsrOptions = z.output<typeof modelOptions>;

const seconds = z.number().describe('Seconds from the beginning.');

export const response = z.object({
  text: z.string(),
  duration: z.number().describe('Length of the sound in seconds.'),
  language: z.string().nullable().describe('Code of the spoken language; `null` if the model does not tell.'),
  segments: z.array(
    z.object({
      id: z.int(),
      start: seconds,
      end: seconds,
      text: z.string(),
      words: z.array(z.object({ word: z.string(), start: seconds, end: seconds })).optional(),
    }),
  ),
});

export const event = z.object({
  token: z.string().describe('New text only: of a stretch of speech that was just heard.'),
  finished: z.boolean(),
  text: z.string().optional().describe('Last event only, as what follows: the whole text.'),
  ...response.omit({ text: true }).partial().shape,
  error: z.object({ code: z.string(), message: z.string(), request_id: z.string() }).optional(),
});

export interface AsrParams {
  readonly language: string | undefined;
  readonly timestamps: AsrRequest['timestamps'];
  readonly task: AsrRequest['task'];
  readonly prompt: string | undefined;
  readonly temperature: number;
  /** Whether the text is told while it grows. */
  readonly stream: boolean;
}

export interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** Mean probability of its tokens. */
  readonly probability: number;
}

/** One stretch of speech, with what every dialect tells about it. Times are in seconds. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** As the model wrote it, white space at its ends included. */
  readonly text: string;
  readonly tokens: readonly number[];
  /** Where the window began in which it was heard, in hundredths of a second. */
  readonly seek: number;
  readonly temperature: number;
  /** Mean log-probability of its tokens. */
  readonly avgLogprob: number;
  /** Bytes of its text by bytes of that compressed; above 2.4 it goes round in circles. */
  readonly compressionRatio: number;
  /** Where the model tells. */
  readonly noSpeechProb: number | undefined;
  readonly words: readonly Word[] | undefined;
}

/** New text. */
export interface AsrDelta {
  readonly text: string;
}

export interface Transcript {
  readonly text: string;
  readonly seconds: number;
  readonly language: string | undefined;
  readonly segments: readonly Segment[];
}

/** Milliseconds are finer than any model hears. */
export const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** A segment with all that Whisper's own code tells of it, in its names. */
export const fullSegment = z.object({
  id: z.int(),
  seek: z.int().describe('Where the window began in which it was heard, in hundredths of a second.'),
  start: seconds,
  end: seconds,
  text: z.string(),
  tokens: z.array(z.int()),
  temperature: z.number(),
  avg_logprob: z.number(),
  compression_ratio: z.number(),
  no_speech_prob: z.number().optional().describe('Where the model tells.'),
});

export const renderFullSegment = (segment: Segment, id: number): z.output<typeof fullSegment> => ({
  id,
  seek: segment.seek,
  start: rounded(segment.start),
  end: rounded(segment.end),
  text: segment.text,
  tokens: [...segment.tokens],
  temperature: segment.temperature,
  avg_logprob: segment.avgLogprob,
  compression_ratio: segment.compressionRatio,
  ...(segment.noSpeechProb === undefined ? {} : { no_speech_prob: segment.noSpeechProb }),
});
