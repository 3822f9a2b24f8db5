import { z } from 'zod';
import { mediaField } from '../fields.js';
import type { Wire, Wires } from '../wire.js';
import {
  fullSegment,
  renderFullSegment,
  rounded,
  type Segment,
  type Transcript,
  request as task,
} from './schema.js';

const { language, task: direction, prompt, temperature } = task.shape;
const seconds = z.number();

const deepinfraRequest = z.object({
  audio: mediaField('sound (or a video with sound)'),
  language,
  task: direction,
  initial_prompt: prompt,
  temperature,
  chunk_level: z.enum(['segment', 'word']).default('segment').describe('How finely times are told.'),
});

const deepinfraSegment = fullSegment.extend({
  words: z
    .array(z.object({ text: z.string(), start: seconds, end: seconds, confidence: z.number() }))
    .optional(),
});

const deepinfra: Wire<Transcript, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  toTask: ({ chunk_level, initial_prompt, ...fields }) => ({
    ...fields,
    prompt: initial_prompt,
    timestamps: chunk_level,
  }),
  names: { prompt: 'initial_prompt', timestamps: 'chunk_level' },
  response: z.object({
    text: z.string(),
    language: z.string().nullable(),
    segments: z.array(deepinfraSegment),
    input_length_ms: z.int(),
  }),
  render: ([transcript]) => ({
    text: transcript!.text,
    language: transcript!.language ?? null,
    segments: transcript!.segments.map(renderSegment),
    input_length_ms: Math.round(transcript!.seconds * 1000),
  }),
};

const renderSegment = (segment: Segment, id: number) => ({
  ...renderFullSegment(segment, id),
  ...(segment.words
    ? {
        words: segment.words.map(({ word, start, end, probability }) => ({
          text: word.trim(),
          start: rounded(start),
          end: rounded(end),
          confidence: probability,
        })),
      }
    : {}),
});

const huggingfaceRequest = z.object({
  inputs: mediaField('sound (or a video with sound)'),
  return_timestamps: z
    .union([z.boolean(), z.literal('word')])
    .default(false)
    .describe('Adds `chunks` with times: of segments (`true`) or words.'),
  language,
  task: direction,
});

type SpeechRequest = z.output<typeof huggingfaceRequest>;

const timestampsFor = ({ return_timestamps: wanted }: SpeechRequest) =>
  wanted === true ? 'segment' : wanted;

/** The stretches that times are told of. */
const chunksOf = ({ segments }: Transcript, wanted: SpeechRequest['return_timestamps']) =>
  segments.flatMap(({ start, end, text, words }) =>
    wanted === 'word' && words
      ? words.map((one) => ({ text: one.word, timestamp: [rounded(one.start), rounded(one.end)] }))
      : [{ text, timestamp: [rounded(start), rounded(end)] }],
  );

const huggingface: Wire<Transcript, SpeechRequest> = {
  request: huggingfaceRequest,
  names: { audio: 'inputs' },
  toTask: (fields) => ({
    audio: fields.inputs,
    language: fields.language,
    task: fields.task,
    timestamps: timestampsFor(fields),
  }),
  response: z.object({
    text: z.string(),
    chunks: z.array(z.object({ text: z.string(), timestamp: z.array(seconds).length(2) })).optional(),
  }),
  render: ([transcript], { return_timestamps: wanted }) => ({
    text: transcript!.text,
    ...(wanted ? { chunks: chunksOf(transcript!, wanted) } : {}),
  }),
};

export const wire: Wires<Transcript> = { deepinfra, huggingface };
