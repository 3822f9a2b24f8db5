import { asArray, textWork } from '../fields.js';
import type { Task } from '../task.js';
import {
  type Classification,
  type ClassificationParams,
  type ClassificationRequest,
  request,
  response,
} from './schema.js';

export const textClassification: Task<ClassificationRequest, Classification> = {
  name: 'text-classification',
  aliases: ['sentiment-analysis', 'token-classification', 'ner', 'zero-shot-classification'],
  summary: 'Sentiment, topics, named entities, and labels of your own choice (zero-shot).',
  pipelineUrl: new URL('./pipeline.js', import.meta.url).href,
  request,
  response,
  split({ inputs, top_k, multi_label, candidate_labels, hypothesis_template }) {
    const params: ClassificationParams = {
      topK: top_k,
      multiLabel: multi_label,
      candidateLabels: candidate_labels,
      hypothesisTemplate: hypothesis_template,
    };
    // Zero-shot reads the text once a label.
    const labels = candidate_labels?.length ?? 1;
    const works = asArray(inputs).map(textWork);
    return { works: works.map((work) => ({ ...work, size: work.size * labels })), params };
  },
  render(values, { inputs }) {
    return Array.isArray(inputs) ? { results: values } : { ...values[0] };
  },
};
