/** `/classify`: labels of texts, in the form of the server Infinity. */
import { z } from 'zod';
import { maxInputs, text } from '../../../tasks/fields.js';
import { type Classification, request as task } from '../../../tasks/text-classification/schema.js';
import { labelled } from '../../../tasks/wire.js';
import type { Endpoint } from './endpoint.js';

const { shape } = task;

const request = z.object({
  model: shape.model,
  input: z
    .union([text, z.array(text).min(1).max(maxInputs)])
    .describe(`A text, or an array of up to ${maxInputs}.`),
  raw_scores: z.boolean().default(false).describe('The scores as the model gives them, between no bounds.'),
  truncate: shape.truncate,
});

type ClassifyRequest = z.output<typeof request>;

/** More than any classifier has. */
const allLabels = 1000;

const response = z.object({
  object: z.literal('classify'),
  id: z.string(),
  created: z.int(),
  model: z.string(),
  data: z
    .array(z.array(z.object({ label: z.string(), score: z.number() })))
    .describe('For every text, in order, its labels, best first.'),
  truncated: z.array(z.int()).optional().describe('Indices of the texts that were cut.'),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

export const classify: Endpoint<ClassifyRequest> = {
  route: '/classify',
  isAtRoot: true,
  task: 'text-classification',
  summary: 'Labels of texts.',
  request,
  response,
  names: { inputs: 'input' },
  toTask: ({ input, raw_scores, truncate }) => ({
    inputs: input,
    top_k: allLabels,
    truncate,
    ...(raw_scores ? { function_to_apply: 'none' } : {}),
  }),
  render({ values, settled }, _fields, { id, created, model }) {
    const tokens = settled.usage.inputTokens;
    const found = values as readonly Classification[];
    const truncated = found.flatMap((value, index) => (value.truncated ? [index] : []));
    return {
      object: 'classify',
      id: `classify-${id}`,
      created,
      model,
      data: found.map(labelled),
      ...(truncated.length > 0 ? { truncated } : {}),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  },
};
