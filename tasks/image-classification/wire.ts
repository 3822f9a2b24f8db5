import { z } from 'zod';
import { mediaField } from '../fields.js';
import { type Labelled, labelled, type Wire, type Wires } from '../wire.js';
import { type ImageClassification, request as task } from './schema.js';

const { top_k } = task.shape;
const labels = z.array(z.object({ label: z.string(), score: z.number() }));

const deepinfraRequest = z.object({ image: mediaField('image'), top_k });

const deepinfra: Wire<ImageClassification, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  toTask: (fields) => fields,
  response: z.object({ results: labels }),
  render: ([value]) => ({ results: labelled(value!) }),
};

const huggingfaceRequest = z.object({ inputs: mediaField('image'), top_k });

const huggingface: Wire<ImageClassification, z.output<typeof huggingfaceRequest>> = {
  request: huggingfaceRequest,
  names: { image: 'inputs' },
  toTask: ({ inputs, ...fields }) => ({ ...fields, image: inputs }),
  response: labels,
  render: ([value]): Labelled[] => labelled(value!),
};

export const wire: Wires<ImageClassification> = { deepinfra, huggingface };
