/** `/rerank`: texts in order of how well they answer a query, in the form of Cohere and Jina. */
import { z } from 'zod';
import { maxInputs, text } from '../../../tasks/fields.js';
import { type Classification, request as task } from '../../../tasks/text-classification/schema.js';
import { crossEncoder } from '../fitting-model.js';
import type { Endpoint } from './endpoint.js';

const { shape } = task;

const request = z.object({
  model: shape.model.describe('A cross-encoder; default: the first of the catalogue.'),
  query: text,
  documents: z
    .array(z.union([text, z.object({ text })]))
    .min(1)
    .max(maxInputs)
    .describe(`Up to ${maxInputs} texts.`),
  top_n: z.int().min(1).optional().describe('How many results, best first; default: all.'),
  return_documents: z.boolean().default(false).describe('Repeat each text in its result.'),
  truncate: shape.truncate,
});

type RerankRequest = z.output<typeof request>;

const response = z.object({
  id: z.string(),
  model: z.string(),
  results: z
    .array(
      z.object({
        index: z.int().describe('Of the document in the request.'),
        relevance_score: z.number().describe('From 0 to 1.'),
        document: z.object({ text: z.string() }).optional(),
        truncated: z.literal(true).optional().describe('Query and document were too long and were cut.'),
      }),
    )
    .describe('Best first.'),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

const textOf = (document: RerankRequest['documents'][number]): string =>
  typeof document === 'string' ? document : document.text;

export const rerank: Endpoint<RerankRequest> = {
  route: '/rerank',
  task: 'text-classification',
  summary: 'Texts in order of how well they answer a query.',
  request,
  response,
  names: { inputs: 'query', text_pair: 'documents' },
  models: crossEncoder,
  toTask: ({ query, documents, truncate }) => ({
    inputs: query,
    text_pair: documents.map(textOf),
    function_to_apply: 'sigmoid',
    truncate,
  }),
  render({ values, settled }, { documents, top_n, return_documents }, { id, model }) {
    const tokens = settled.usage.inputTokens;
    const results = (values as Classification[]).map(({ scores, truncated }, index) => ({
      index,
      relevance_score: scores[0]!,
      ...(return_documents ? { document: { text: textOf(documents[index]!) } } : {}),
      ...(truncated ? { truncated } : {}),
    }));
    return {
      id,
      model,
      results: results.toSorted((a, b) => b.relevance_score - a.relevance_score).slice(0, top_n),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  },
};
