import { z } from 'zod';
import { labelsWritten, writtenLabels } from '../candidate-labels.js';
import { mediaField } from '../fields.js';
import { type Labelled, labelled, type Wire, type Wires } from '../wire.js';
import { type ImageClassification, request as task } from './schema.js';

const { image, top_k, function_to_apply, candidate_labels, hypothesis_template } = task.shape;
const parameters = { top_k, function_to_apply, hypothesis_template };
const labels = z.array(z.object({ label: z.string(), score: z.number() }));

const deepinfraRequest = z.object({ image, candidate_labels, ...parameters });

const deepinfra: Wire<ImageClassification, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  toTask: (fields) => fields,
  response: z.object({ results: labels }),
  render: ([value]) => ({ results: labelled(value!) }),
};

const huggingfaceRequest = z.object({
  inputs: z.union([mediaField('image'), z.object({ image })]),
  candidate_labels: writtenLabels,
  ...parameters,
});

const isPicture = (inputs: unknown): inputs is string | Uint8Array | undefined =>
  typeof inputs !== 'object' || inputs instanceof Uint8Array;

const huggingface: Wire<ImageClassification, z.output<typeof huggingfaceRequest>> = {
  request: huggingfaceRequest,
  names: { image: 'inputs' },
  toTask: ({ inputs, candidate_labels: candidates, ...fields }) => ({
    ...fields,
    candidate_labels: labelsWritten(candidates),
    image: isPicture(inputs) ? inputs : inputs.image,
  }),
  response: labels,
  render: ([value]): Labelled[] => labelled(value!),
};

export const wire: Wires<ImageClassification> = { deepinfra, huggingface };
