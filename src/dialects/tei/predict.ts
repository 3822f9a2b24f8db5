/** `/predict` and `/rerank`: labels of texts and pairs, and texts in order of how well they answer a query. */
import { z } from 'zod';
import { maxInputs, text } from '../../../tasks/fields.js';
import type { Classification } from '../../../tasks/text-classification/schema.js';
import { assertFits, crossEncoder, firstFitting } from '../fitting-model.js';
import { cutting } from './embed.js';
import type { TeiRoute } from './route.js';

const raw = z.boolean().default(false).describe('The scores as the model gives them, between no bounds.');

/** More than any classifier has. */
const allLabels = 1000;

const oneOrTwo = z.array(text).min(1).max(2);

const predictRequest = z.object({
  inputs: z
    .union([text, oneOrTwo, z.array(oneOrTwo).min(1).max(maxInputs)])
    .describe('A text, a pair `[a, b]`, or a list of `[a]` and `[a, b]`.'),
  raw_scores: raw,
  ...cutting,
});

type PredictRequest = z.output<typeof predictRequest>;

const prediction = z.object({ score: z.number(), label: z.string() });

/** A list of lists is a batch; everything else is one input. */
const isBatch = (inputs: PredictRequest['inputs']): inputs is string[][] => Array.isArray(inputs[0]);

const functionFor = (isRaw: boolean) => (isRaw ? { function_to_apply: 'none' } : {});

export const predict: TeiRoute<PredictRequest> = {
  path: '/predict',
  task: 'text-classification',
  summary: "Labels of texts and of pairs of texts, in text-embeddings-inference's form.",
  request: predictRequest,
  response: z
    .union([z.array(prediction), z.array(z.array(prediction))])
    .describe('Best first; for a list of inputs, a list each.'),
  toTask({ inputs, raw_scores, truncate, truncation_direction }) {
    const pairs = isBatch(inputs) ? inputs : [[inputs].flat()];
    const seconds = pairs.map(([, second]) => second ?? null);
    return {
      inputs: pairs.map(([first]) => first),
      ...(seconds.some((second) => second !== null) ? { text_pair: seconds } : {}),
      ...functionFor(raw_scores),
      top_k: allLabels,
      truncate,
      truncation_direction,
    };
  },
  render({ values }, { inputs }) {
    const answers = (values as readonly Classification[]).map(({ labels, scores }) =>
      labels.map((label, i) => ({ score: scores[i]!, label })),
    );
    return isBatch(inputs) ? answers : answers[0]!;
  },
};

const rerankRequest = z.object({
  query: text,
  texts: z.array(text).min(1).max(maxInputs),
  raw_scores: raw,
  return_text: z.boolean().default(false).describe('Repeat each text in its result.'),
  ...cutting,
});

type RerankRequest = z.output<typeof rerankRequest>;

export const rerank: TeiRoute<RerankRequest> = {
  path: '/rerank',
  task: 'text-classification',
  summary: "Texts in order of how well they answer a query, in text-embeddings-inference's form.",
  request: rerankRequest,
  response: z
    .array(z.object({ index: z.int(), text: z.string().optional(), score: z.number() }))
    .describe('Best first; `index` is of the text in the request.'),
  names: { inputs: 'query', text_pair: 'texts' },
  choose(model, { catalogue, task, caller }) {
    if (model === undefined) return firstFitting(crossEncoder, { catalogue, taskName: task.name, caller });
    assertFits(catalogue.resolve(model, task).entry, crossEncoder, '/rerank needs');
    return model;
  },
  toTask: ({ query, texts, raw_scores, truncate, truncation_direction }) => ({
    inputs: query,
    text_pair: texts,
    ...functionFor(raw_scores),
    truncate,
    truncation_direction,
  }),
  render: ({ values }, { texts, return_text }) =>
    (values as readonly Classification[])
      .map(({ scores }, index) => ({
        index,
        ...(return_text ? { text: texts[index]! } : {}),
        score: scores[0]!,
      }))
      .sort((a, b) => b.score - a.score),
};
