import { asArray, textWork } from '../fields.js';
import type { Task } from '../task.js';
import {
  type Classification,
  type ClassificationParams,
  type ClassificationRequest,
  type ClassifierInput,
  request,
  response,
} from './schema.js';
import { wire } from './wire.js';

export const textClassification: Task<ClassificationRequest, Classification> = {
  name: 'text-classification',
  aliases: ['sentiment-analysis', 'token-classification', 'ner', 'zero-shot-classification'],
  summary: 'Sentiment, topics, named entities, and labels of your own choice (zero-shot).',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  wire,
  split(request) {
    const { top_k, multi_label, candidate_labels, hypothesis_template } = request;
    const params: ClassificationParams = {
      topK: top_k,
      multiLabel: multi_label,
      scoreFunction: request.function_to_apply,
      truncate: request.truncate,
      cutSide: request.truncation_direction,
      candidateLabels: candidate_labels,
      hypothesisTemplate: hypothesis_template,
      aggregation: request.aggregation_strategy,
      ignoredLabels: request.ignore_labels,
      strideTokens: request.stride,
    };
    // Zero-shot reads the text once a label.
    const labels = candidate_labels?.length ?? 1;
    const works = pairsOf(request).map(pairWork);
    return { works: works.map((work) => ({ ...work, size: work.size * labels })), params };
  },
  render(values, { inputs, text_pair }) {
    return Array.isArray(inputs) || Array.isArray(text_pair) ? { results: values } : { ...values[0] };
  },
};

/** One text beside an array goes with each of it. */
const pairsOf = ({ inputs, text_pair }: ClassificationRequest): ClassifierInput[] => {
  const [firsts, seconds] = [asArray(inputs), asArray(text_pair)];
  return Array.from({ length: Math.max(firsts.length, seconds.length) }, (_, i) => {
    const first = firsts[firsts.length === 1 ? 0 : i]!;
    const second = seconds[seconds.length === 1 ? 0 : i];
    return typeof second === 'string' ? [first, second] : first;
  });
};

const pairWork = (input: ClassifierInput) => {
  if (typeof input === 'string') return textWork(input);
  const characters = input[0].length + input[1].length;
  return { input, size: Math.max(1, characters), bytes: characters * 2 };
};
