import { z } from 'zod';
import type { Wire, Wires } from '../wire.js';
import { type Answers, noAnswer, response, request as task } from './schema.js';

const { model: _, ...shape } = task.shape;
const found = response.omit({ answers: true });

const deepinfraRequest = z.object(shape);

const deepinfra: Wire<Answers, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  toTask: (fields) => fields,
  response: found,
  render: ([value]) => ({ ...(value!.answers[0] ?? noAnswer) }),
};

const { question, context, ...parameters } = shape;
const huggingfaceRequest = z.object({ inputs: z.object({ question, context }), ...parameters });

const huggingface: Wire<Answers, z.output<typeof huggingfaceRequest>> = {
  request: huggingfaceRequest,
  toTask: ({ inputs, ...fields }) => ({ ...inputs, ...fields }),
  response: z.union([found, z.array(found)]).describe('A list with `top_k` above 1.'),
  render: ([value], { top_k }) => (top_k > 1 ? value!.answers : { ...(value!.answers[0] ?? noAnswer) }),
};

export const wire: Wires<Answers> = { deepinfra, huggingface };
