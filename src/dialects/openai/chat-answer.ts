/** A chat's answer, and its stream of chunks. */
import { z } from 'zod';
import {
  callPiece,
  reportCallPieces,
  reportCalls,
  reportedCall,
} from '../../../tasks/text-generation/chat-schema.js';
import type { Generation, GenerationDelta, Generations } from '../../../tasks/text-generation/schema.js';
import type { Reply } from '../../infer.js';
import type { Head } from './endpoint.js';
import { chatLogprobs, chatLogprobsSchema } from './logprobs.js';
import { usageOf, usageSchema } from './usage.js';

const finishReason = z.enum(['stop', 'length', 'tool_calls']);
const headShape = { id: z.string(), created: z.int(), model: z.string() };

export const response = z.object({
  ...headShape,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable().describe('null where there is nothing but calls.'),
        refusal: z.null(),
        tool_calls: z.array(reportedCall).optional(),
      }),
      logprobs: chatLogprobsSchema.nullable(),
      finish_reason: finishReason,
    }),
  ),
  usage: usageSchema,
});

const chunkChoice = z.object({
  index: z.int(),
  delta: z.object({
    role: z.literal('assistant').optional(),
    content: z.string().optional(),
    tool_calls: z.array(callPiece).optional(),
  }),
  logprobs: chatLogprobsSchema.nullable(),
  finish_reason: finishReason.nullable(),
});

type ChunkChoice = z.output<typeof chunkChoice>;

export const event = z.object({
  ...headShape,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(chunkChoice).describe('Empty on the last chunk with `include_usage`.'),
  usage: usageSchema
    .nullish()
    .describe('On one chunk: the one that ends the last choice, or with `include_usage` the last one.'),
});

/** What was cut off by a deadline or a leaving client never gets here with a reason of its own. */
const reasonOf = ({ finishReason: reason }: Generation) => (reason === 'cancelled' ? 'stop' : reason);

const headOf = ({ id, created, model }: Head, object: string) => ({
  id: `chatcmpl-${id}`,
  object,
  created,
  model,
});

const messageOf = ({ text, calls }: Generation) => ({
  role: 'assistant',
  content: calls && text === '' ? null : text,
  refusal: null,
  ...(calls ? { tool_calls: reportCalls(calls) } : {}),
});

export const renderChat = (value: Generations, head: Head): z.output<typeof response> =>
  ({
    ...headOf(head, 'chat.completion'),
    choices: value.choices.map((choice, index) => ({
      index,
      message: messageOf(choice),
      logprobs: chatLogprobs(choice.logprobs),
      finish_reason: reasonOf(choice),
    })),
    usage: usageOf([value]),
  }) as z.output<typeof response>;

export class ChatStream {
  readonly #head: object;
  readonly #includesUsage: boolean;
  /** Choices that have said who they are. */
  readonly #begun = new Set<number>();

  constructor(head: Head, includesUsage: boolean) {
    this.#head = headOf(head, 'chat.completion.chunk');
    this.#includesUsage = includesUsage;
  }

  word(reply: Reply): object[] {
    if (reply.type === 'delta') return this.#delta(reply.delta as GenerationDelta);
    return reply.type === 'result' ? this.#result(reply.value as Generations) : [];
  }

  #delta({ choice, text, calls, logprobs }: GenerationDelta): object[] {
    const delta = {
      ...(text !== '' || !calls ? { content: text } : {}),
      ...(calls ? { tool_calls: reportCallPieces(calls) } : {}),
    };
    return [...this.#begin(choice), this.#chunk(choice, { delta, logprobs: chatLogprobs(logprobs) })];
  }

  #result(value: Generations): object[] {
    const usage = usageOf([value]);
    // Told once: clients add up what they find on chunks.
    const last = this.#includesUsage ? -1 : value.choices.length - 1;
    const ends = value.choices.flatMap((choice, index) => [
      ...this.#begin(index),
      this.#chunk(index, { finish_reason: reasonOf(choice) }, index === last ? usage : undefined),
    ]);
    return this.#includesUsage ? [...ends, { ...this.#head, choices: [], usage }] : ends;
  }

  /** Clients want the role before all else, once for every choice. */
  #begin(index: number): object[] {
    if (this.#begun.has(index)) return [];
    this.#begun.add(index);
    return [this.#chunk(index, { delta: { role: 'assistant', content: '' } })];
  }

  #chunk(index: number, more: Partial<ChunkChoice>, usage?: object): object {
    const choice: ChunkChoice = { index, delta: {}, logprobs: null, finish_reason: null, ...more };
    const told = usage || this.#includesUsage ? { usage: usage ?? null } : {};
    return { ...this.#head, choices: [choice], ...told };
  }
}
