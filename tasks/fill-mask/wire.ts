import { z } from 'zod';
import { texts } from '../fields.js';
import type { Wire, Wires } from '../wire.js';
import { type FilledMasks, fill, request as task } from './schema.js';

const { inputs, top_k, targets } = task.shape;
const fills = z.array(fill);

/** Of a text with several masks, a list for each. */
const fillsOf = ({ masks }: FilledMasks) => (masks.length === 1 ? masks[0]! : masks);

const deepinfraRequest = z.object({ input: texts, top_k, targets });

const deepinfra: Wire<FilledMasks, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  names: { inputs: 'input' },
  toTask: ({ input, ...fields }) => ({ ...fields, inputs: input }),
  response: z.object({ results: z.union([fills, z.array(z.unknown())]) }),
  render: (values, { input }) => ({
    results: Array.isArray(input) ? values.map(fillsOf) : fillsOf(values[0]!),
  }),
};

const huggingfaceRequest = z.object({ inputs, top_k, targets });

const huggingface: Wire<FilledMasks, z.output<typeof huggingfaceRequest>> = {
  request: huggingfaceRequest,
  toTask: (fields) => fields,
  response: z.union([fills, z.array(z.unknown())]).describe('A list of lists for an array of texts.'),
  render: (values, fields) => (Array.isArray(fields.inputs) ? values.map(fillsOf) : fillsOf(values[0]!)),
};

export const wire: Wires<FilledMasks> = { deepinfra, huggingface };
