/** Conversations, as chat templates read them. */
import { z } from 'zod';
import { maxInputs, text } from '../fields.js';

const message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: text,
  name: text.optional(),
});

export const messages = z
  .array(message)
  .min(1)
  .max(maxInputs)
  .optional()
  .describe("A conversation; the model's chat template is applied.");

export type ChatMessage = z.output<typeof message>;
