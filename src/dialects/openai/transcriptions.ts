/** `/audio/transcriptions` and `/audio/translations`: sound in, text out. */
import { z } from 'zod';
import { type AsrDelta, type Transcript, request as task } from '../../../tasks/asr/schema.js';
import { mediaField } from '../../../tasks/fields.js';
import { TextAnswer } from '../../http/json-answer.js';
import type { Reply } from '../../infer.js';
import type { Endpoint } from './endpoint.js';
import { subRip, webVtt } from './subtitles.js';
import { briefSchema, renderBrief, renderVerbose, usageSchema, verboseSchema } from './transcript.js';

const { shape } = task;
const granularity = z.enum(['word', 'segment']);

const common = {
  model: shape.model,
  file: mediaField('sound (or a video with sound)').unwrap(),
  prompt: shape.prompt,
  response_format: z.enum(['json', 'text', 'srt', 'verbose_json', 'vtt']).default('json'),
  temperature: shape.temperature,
};

const translationRequest = z.object(common);

const transcriptionRequest = z
  .object({
    ...common,
    language: shape.language,
    timestamp_granularities: z
      .union([granularity, z.array(granularity)])
      .default(['segment'])
      .describe('What `verbose_json` has times of. In a form `timestamp_granularities[]`, once for each.'),
    stream: z.boolean().default(false).describe('Tells the text as it is heard; not with `srt` and `vtt`.'),
  })
  .check(({ value: { stream, response_format: format }, issues }) => {
    if (stream && (format === 'srt' || format === 'vtt'))
      issues.push({ code: 'custom', path: ['stream'], message: `false with ${format}`, input: stream });
  });

type TranslationRequest = z.output<typeof translationRequest>;
type TranscriptionRequest = z.output<typeof transcriptionRequest>;

const granularities = ({ timestamp_granularities: asked }: TranscriptionRequest) => new Set([asked].flat());

/** Times cost more; what does not show them asks for none. */
const timestampsFor = ({ response_format: format }: TranslationRequest, words: boolean) => {
  if (format === 'json' || format === 'text') return false;
  return words && format === 'verbose_json' ? 'word' : 'segment';
};

const toTask = (fields: TranslationRequest, words: boolean) => ({
  audio: fields.file,
  prompt: fields.prompt,
  temperature: fields.temperature,
  timestamps: timestampsFor(fields, words),
});

const render = (
  transcript: Transcript,
  { response_format: format }: TranslationRequest,
  told: Parameters<typeof renderVerbose>[1],
) => {
  const { text, segments } = transcript;
  if (format === 'text') return new TextAnswer(`${text}\n`, 'text/plain');
  if (format === 'srt') return new TextAnswer(subRip(segments), 'text/plain');
  if (format === 'vtt') return new TextAnswer(webVtt(segments), 'text/vtt');
  return format === 'json' ? renderBrief(transcript) : renderVerbose(transcript, told);
};

const endpoint = {
  task: 'asr',
  file: 'file',
  names: { audio: 'file', timestamps: 'timestamp_granularities', task: 'model' },
  response: z.union([verboseSchema, briefSchema]),
};

const event = z.object({
  type: z.enum(['transcript.text.delta', 'transcript.text.done']),
  delta: z.string().optional().describe('New text.'),
  text: z.string().optional().describe('With the last event: the whole text.'),
  usage: usageSchema.optional().describe('With the last event.'),
});

const word = (reply: Reply): object[] => {
  if (reply.type === 'delta')
    return [{ type: 'transcript.text.delta', delta: (reply.delta as AsrDelta).text }];
  if (reply.type !== 'result') return [];
  return [{ type: 'transcript.text.done', ...renderBrief(reply.value as Transcript) }];
};

export const transcriptions: Endpoint<TranscriptionRequest> = {
  ...endpoint,
  route: '/audio/transcriptions',
  summary: "What is said in a recording, in OpenAI's form.",
  request: transcriptionRequest,
  event,
  toTask: (fields) => ({
    ...toTask(fields, granularities(fields).has('word')),
    language: fields.language,
    stream: fields.stream,
  }),
  render: ({ values: [transcript] }, fields) => {
    const asked = granularities(fields);
    const told = { task: 'transcribe', segments: asked.has('segment'), words: asked.has('word') } as const;
    return render(transcript as Transcript, fields, told);
  },
  stream: () => word,
};

export const translations: Endpoint<TranslationRequest> = {
  ...endpoint,
  route: '/audio/translations',
  summary: "What is said in a recording, in English, in OpenAI's form.",
  request: translationRequest,
  toTask: (fields) => ({ ...toTask(fields, false), task: 'translate' }),
  render: ({ values: [transcript] }, fields) =>
    render(transcript as Transcript, fields, { task: 'translate', segments: true, words: false }),
};
