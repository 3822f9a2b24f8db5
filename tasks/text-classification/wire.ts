import { z } from 'zod';
import { labelsWritten, writtenLabels } from '../candidate-labels.js';
import { maxInputs, text, texts, truncatedUnseen } from '../fields.js';
import { labelled, type Wire, type Wires } from '../wire.js';
import { type Classification, type Entity, request as task } from './schema.js';

const {
  aggregation_strategy,
  top_k,
  multi_label,
  candidate_labels,
  hypothesis_template,
  function_to_apply,
  text_pair,
  truncation_direction,
  ignore_labels,
  stride,
} = task.shape;
const place = { score: z.number(), word: z.string(), start: z.int(), end: z.int() };
const entity = z.object({ entity_group: z.string(), ...place });
const token = z.object({ entity: z.string(), index: z.int(), ...place });
const one = z.array(z.union([z.object({ label: z.string(), score: z.number() }), entity, token]));

/** A model that labels tokens tells entities, every other one labels of the whole. */
const renderOne = (value: Classification) => value.entities?.map(renderEntity) ?? labelled(value);

/** What was not aggregated has another name for its label. */
const renderEntity = ({ index, entity_group, ...found }: Entity) =>
  index === undefined ? { entity_group, ...found } : { entity: entity_group, index, ...found };

const list = z.array(text).min(1).max(maxInputs);

const deepinfraRequest = z
  .object({
    input: texts.optional(),
    queries: list
      .optional()
      .describe(
        'With `documents`: how well each pair fits, by a model that compares two texts. One, or as many.',
      ),
    documents: list.optional(),
    top_k,
    multi_label,
    candidate_labels,
    hypothesis_template,
  })
  .check(({ value: { input, queries, documents }, issues }) => {
    const refuse = (path: string, message: string, value: unknown) =>
      issues.push({ code: 'custom', path: [path], message, input: value });
    if (!queries && !documents && input === undefined) refuse('input', 'a string or an array', input);
    if (!queries !== !documents) refuse(queries ? 'documents' : 'queries', 'an array', undefined);
    if (queries && documents && queries.length !== 1 && queries.length !== documents.length)
      refuse('queries', `one, or as many as documents, ${documents.length}`, queries);
  });

const deepinfra: Wire<Classification, z.output<typeof deepinfraRequest>> = {
  request: deepinfraRequest,
  names: { inputs: 'input', text_pair: 'documents' },
  toTask: ({ input, queries, documents, ...fields }) =>
    queries
      ? { inputs: queries.length === 1 ? queries[0] : queries, text_pair: documents, top_k: 1 }
      : { ...fields, inputs: input },
  response: z.object({
    results: z
      .union([one, z.array(one)])
      .optional()
      .describe('A list of lists for an array.'),
    scores: z.array(z.number()).optional().describe('With `queries`: one a document, in order.'),
    input_tokens: z.int().optional(),
    truncated: z.array(z.int()).optional().describe('Indices of the inputs that were cut.'),
  }),
  render: (values, { input, queries }, { inputTokens }) => {
    const cut = values.flatMap(({ truncated }, index) => (truncated ? [index] : []));
    const told = cut.length > 0 ? { truncated: cut } : {};
    if (queries) return { scores: values.map(({ scores }) => scores[0]), input_tokens: inputTokens, ...told };
    return { results: Array.isArray(input) ? values.map(renderOne) : renderOne(values[0]!), ...told };
  },
};

const huggingfaceRequest = z.object({
  inputs: texts,
  text_pair,
  top_k,
  function_to_apply,
  truncate: truncatedUnseen,
  truncation_direction,
  candidate_labels: writtenLabels,
  multi_label,
  hypothesis_template,
  aggregation_strategy,
  ignore_labels,
  stride,
});

type Request = z.output<typeof huggingfaceRequest>;

const huggingface: Wire<Classification, Request> = {
  request: huggingfaceRequest,
  toTask: (fields) => ({ ...fields, candidate_labels: labelsWritten(fields.candidate_labels) }),
  response: z
    .union([one, z.array(one)])
    .describe(
      'Labels stand in a list for every text; entities and labels of your choice only for a list of texts.',
    ),
  render(values, { inputs, candidate_labels: candidates }) {
    const results = values.map(renderOne);
    // Its clients want labels of a text in a list of lists, and everything else of a single text in one list.
    const isPlain = !candidates && !values.some(({ entities }) => entities);
    return Array.isArray(inputs) || isPlain ? results : results[0]!;
  },
};

export const wire: Wires<Classification> = { deepinfra, huggingface };
