/** `/chat/completions`: a conversation in, the assistant's turn out. */
import { z } from 'zod';
import { maxInputs, text } from '../../../tasks/fields.js';
import { type Generations, request as task } from '../../../tasks/text-generation/schema.js';
import { jsonSchema } from '../../../tasks/text-generation/structure-schema.js';
import { ChatStream, event, renderChat, response } from './chat-answer.js';
import type { Endpoint } from './endpoint.js';
import { samplingShape, samplingToTask } from './sampling.js';

const textPart = z.object({ type: z.literal('text'), text });

const content = z
  .union([text, z.array(textPart).min(1)])
  .describe('A text, or parts of one; parts of other kinds are not read.');

const toolCall = z.object({
  id: text.optional(),
  function: z.object({ name: text, arguments: text }),
});

const message = z
  .object({
    role: z.enum(['developer', 'system', 'user', 'assistant', 'tool']),
    content: content.nullish(),
    name: text.nullish(),
    tool_calls: z.array(toolCall).nullish(),
    tool_call_id: text.nullish(),
  })
  .check(({ value, issues }) => {
    if (value.content == null && !value.tool_calls?.length)
      issues.push({ code: 'custom', path: ['content'], message: 'a string', input: value.content });
  });

const functionName = z.string().max(64);

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: functionName,
    description: text.nullish(),
    parameters: jsonSchema.nullish(),
    strict: z.boolean().nullish(),
  }),
});

const request = z.object({
  ...samplingShape,
  messages: z.array(message).min(1).max(maxInputs),
  max_completion_tokens: samplingShape.max_tokens.describe('Goes before `max_tokens`.'),
  logprobs: z.boolean().default(false),
  top_logprobs: z.int().min(0).max(20).default(0).describe('Needs `logprobs`.'),
  tools: z.array(tool).max(128).default([]),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.object({ type: z.literal('function'), function: z.object({ name: functionName }) }),
    ])
    .default('auto'),
  parallel_tool_calls: task.shape.parallel_tool_calls,
});

type ChatRequest = z.output<typeof request>;

/** Parts of a text stand below each other. */
const textOf = (parts: z.output<typeof content>): string =>
  typeof parts === 'string' ? parts : parts.map((part) => part.text).join('\n');

/** Without what was left open. */
const given = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

const messageToTask = ({ role, content: parts, tool_calls: calls, ...rest }: z.output<typeof message>) =>
  given({
    ...rest,
    // OpenAI's newer name; templates know the older one.
    role: role === 'developer' ? 'system' : role,
    content: parts == null ? undefined : textOf(parts),
    tool_calls: calls?.length ? calls : undefined,
  });

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
    tools: fields.tools.map((one) => ({ type: one.type, function: given(one.function) })),
    tool_choice: fields.tool_choice,
    parallel_tool_calls: fields.parallel_tool_calls,
  }),
  render: ({ values }, _fields, head) => renderChat(values[0] as Generations, head),
  stream: (fields, head) => {
    const stream = new ChatStream(head, fields.stream_options?.include_usage ?? false);
    return (reply) => stream.word(reply);
  },
};
