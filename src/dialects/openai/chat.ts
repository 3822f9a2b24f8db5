/** `/chat/completions`: a conversation in, the assistant's turn out. */
import { z } from 'zod';
import { maxInputs, text } from '../../../tasks/fields.js';
import type { Generation, GenerationDelta, Generations } from '../../../tasks/text-generation/schema.js';
import type { Reply } from '../../infer.js';
import type { Endpoint, Head } from './endpoint.js';
import { chatLogprobs, chatLogprobsSchema } from './logprobs.js';
import { samplingShape, samplingToTask } from './sampling.js';
import { usageOf, usageSchema } from './usage.js';

const textPart = z.object({ type: z.literal('text'), text });

const content = z
  .union([text, z.array(textPart).min(1)])
  .describe('A text, or parts of one; parts of other kinds are not read.');

const message = z.object({
  role: z.enum(['developer', 'system', 'user', 'assistant', 'tool']),
  content,
  name: text.nullish(),
});

const request = z.object({
  ...samplingShape,
  messages: z.array(message).min(1).max(maxInputs),
  max_completion_tokens: samplingShape.max_tokens.describe('Goes before `max_tokens`.'),
  logprobs: z.boolean().default(false),
  top_logprobs: z.int().min(0).max(20).default(0).describe('Needs `logprobs`.'),
});

type ChatRequest = z.output<typeof request>;

/** Parts of a text stand below each other. */
const textOf = (parts: z.output<typeof content>): string =>
  typeof parts === 'string' ? parts : parts.map((part) => part.text).join('\n');

const messageToTask = ({ role, content: parts, name }: ChatRequest['messages'][number]) => ({
  // OpenAI's newer name; templates know the older one.
  role: role === 'developer' ? 'system' : role,
  content: textOf(parts),
  ...(name ? { name } : {}),
});

const finishReason = z.enum(['stop', 'length', 'tool_calls']);

const chunkChoice = z.object({
  index: z.int(),
  delta: z.object({ role: z.literal('assistant').optional(), content: z.string().optional() }),
  logprobs: chatLogprobsSchema.nullable(),
  finish_reason: finishReason.nullable(),
});

type ChunkChoice = z.output<typeof chunkChoice>;

const head = { id: z.string(), created: z.int(), model: z.string() };

const response = z.object({
  ...head,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: chatLogprobsSchema.nullable(),
      finish_reason: finishReason,
    }),
  ),
  usage: usageSchema,
});

const event = z.object({
  ...head,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(chunkChoice).describe('Empty on the last chunk with `include_usage`.'),
  usage: usageSchema.nullish().describe('On the chunk that ends the last choice, and on the last one.'),
});

/** What was cut off by a deadline or a leaving client never gets here with a reason of its own. */
const reasonOf = ({ finishReason: reason }: Generation) => (reason === 'cancelled' ? 'stop' : reason);

const idOf = ({ id }: Head) => `chatcmpl-${id}`;

export const chat: Endpoint<ChatRequest> = {
  route: '/chat/completions',
  task: 'text-generation',
  summary: "Answers in a conversation, in OpenAI's form.",
  request,
  response,
  event,
  toTask: (fields) => ({
    ...samplingToTask({ ...fields, max_tokens: fields.max_completion_tokens ?? fields.max_tokens }),
    messages: fields.messages.map(messageToTask),
    logprobs: fields.logprobs && fields.top_logprobs,
  }),
  render({ values }, _fields, { created, model, ...rest }) {
    const [value] = values as Generations[];
    return {
      id: idOf({ created, model, ...rest }),
      object: 'chat.completion',
      created,
      model,
      choices: value!.choices.map((choice, index) => ({
        index,
        message: { role: 'assistant', content: choice.text, refusal: null },
        logprobs: chatLogprobs(choice.logprobs),
        finish_reason: reasonOf(choice),
      })),
      usage: usageOf([value!]),
    };
  },
  stream: ({ stream_options: options }, { created, model, ...rest }) => {
    const id = idOf({ created, model, ...rest });
    const begun = new Set<number>();
    const chunk = (choices: readonly ChunkChoice[], usage: object | undefined) => ({
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      choices,
      ...(usage || options?.include_usage ? { usage: usage ?? null } : {}),
    });
    const choiceOf = (index: number, more: Partial<ChunkChoice>): ChunkChoice => ({
      index,
      delta: {},
      logprobs: null,
      finish_reason: null,
      ...more,
    });
    /** Clients want the role before all else, once for every choice. */
    const begin = (index: number) => {
      if (begun.has(index)) return [];
      begun.add(index);
      return [chunk([choiceOf(index, { delta: { role: 'assistant', content: '' } })], undefined)];
    };
    const onDelta = ({ choice, text: content, logprobs }: GenerationDelta) => [
      ...begin(choice),
      chunk([choiceOf(choice, { delta: { content }, logprobs: chatLogprobs(logprobs) })], undefined),
    ];
    const onResult = (value: Generations) => {
      const usage = usageOf([value]);
      const ends = value.choices.flatMap((choice, index) => [
        ...begin(index),
        chunk(
          [choiceOf(index, { finish_reason: reasonOf(choice) })],
          index === value.choices.length - 1 ? usage : undefined,
        ),
      ]);
      return options?.include_usage ? [...ends, chunk([], usage)] : ends;
    };
    return (reply: Reply) => {
      if (reply.type === 'delta') return onDelta(reply.delta as GenerationDelta);
      return reply.type === 'result' ? onResult(reply.value as Generations) : [];
    };
  },
};
