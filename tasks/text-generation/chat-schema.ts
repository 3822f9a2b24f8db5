/** Conversations, as chat templates read them, and the functions that a model may call in them. */
import { z } from 'zod';
import type { Call, CallDelta } from '../../src/runner/generate/call-reader.js';
import { maxInputs, text } from '../fields.js';
import { jsonSchema } from './structure-schema.js';

const maxTools = 128;

const functionName = z
  .string()
  .regex(/^[a-zA-Z0-9_.-]{1,64}$/, 'up to 64 letters, digits, underscores, dots and dashes');

const toolCall = z.strictObject({
  id: text.optional(),
  type: z.literal('function').default('function'),
  function: z.strictObject({ name: functionName, arguments: text.describe('JSON, as a string.') }),
});

const message = z
  .strictObject({
    role: z.enum(['system', 'user', 'assistant', 'tool']),
    content: text.optional().describe('May be left out beside `tool_calls`.'),
    name: text.optional(),
    tool_calls: z.array(toolCall).min(1).max(maxTools).optional().describe('What the assistant called.'),
    tool_call_id: text.optional().describe('The call that a `tool` message answers.'),
  })
  .check(({ value: { content, tool_calls }, issues }) => {
    if (content === undefined && !tool_calls)
      issues.push({ code: 'custom', path: ['content'], message: 'a string', input: content });
  });

export const messages = z
  .array(message)
  .min(1)
  .max(maxInputs)
  .optional()
  .describe("A conversation; the model's chat template is applied.");

const tool = z.strictObject({
  type: z.literal('function').default('function'),
  function: z.strictObject({
    name: functionName,
    description: text.optional(),
    parameters: jsonSchema.optional().describe('JSON schema of the arguments, an object.'),
    strict: z.boolean().default(false).describe('Refuse a schema that cannot be kept to in full.'),
  }),
});

export const tools = z
  .array(tool)
  .max(maxTools)
  .default([])
  .describe('Functions that the model may call. Needs `messages`.');

export const toolChoice = z
  .union([
    z.enum(['auto', 'none', 'required']),
    z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: functionName }) }),
  ])
  .default('auto')
  .describe('Whether to call: as the model wants (`auto`), `none`, `required`, or one by name.');

export type ChatMessage = z.output<typeof message>;
export type Tool = z.output<typeof tool>;

/** What an answer reports of a call. */
export const reportedCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string().describe('JSON.') }),
});

/** What an event of a stream reports of a call: name and id once, the arguments as they come. */
export const callPiece = z.object({
  index: z.int(),
  id: z.string().optional(),
  type: z.literal('function').optional(),
  function: z.object({ name: z.string().optional(), arguments: z.string() }),
});

export const reportCalls = (calls: readonly Call[]): Array<z.output<typeof reportedCall>> =>
  calls.map(({ id, name, arguments: json }) => ({
    id,
    type: 'function',
    function: { name, arguments: json },
  }));

export const reportCallPieces = (pieces: readonly CallDelta[]): Array<z.output<typeof callPiece>> =>
  pieces.map(({ index, id, name, arguments: json }) => ({
    index,
    ...(id === undefined ? {} : { id, type: 'function' as const }),
    function: { ...(name === undefined ? {} : { name }), arguments: json },
  }));
