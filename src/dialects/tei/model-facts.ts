/** What `/info` tells of a model beyond its catalogue entry, from the files it came with. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { poolingFile, readPooling } from '../../../tasks/embeddings/pooling-schema.js';
import type { CatalogueEntry } from '../../catalogue/catalogue.js';
import { isCrossEncoder } from '../../catalogue/cross-encoder.js';

type Json = Readonly<Record<string, unknown>>;

export interface ModelFacts {
  readonly kind: string;
  /** What text-embeddings-inference says of a model of that kind. */
  readonly details: Json;
  /** Tokens of one input, special ones included; `undefined` where no file says it. */
  readonly maxInputTokens: number | undefined;
}

const known = new WeakMap<CatalogueEntry, ModelFacts>();

/** Read once. */
export const factsOf = (entry: CatalogueEntry): ModelFacts => {
  const facts = known.get(entry) ?? readFacts(entry);
  known.set(entry, facts);
  return facts;
};

const readFacts = (entry: CatalogueEntry): ModelFacts => {
  const read = (name: string) => readJson(join(entry.folder, name));
  const config = read('config.json');
  const tokenizer = read('tokenizer_config.json');
  const sentence = read('sentence_bert_config.json');
  const limits = [sentence.max_seq_length ?? config.max_position_embeddings, tokenizer.model_max_length];
  // 1e30 in many files: no limit.
  const known = limits.filter((limit): limit is number => Number.isSafeInteger(limit));
  const maxInputTokens = known.length > 0 ? Math.min(...known) : undefined;
  if (entry.task.name === 'embeddings')
    return {
      kind: 'embedding',
      details: { pooling: readPooling(read(poolingFile)).pooling },
      maxInputTokens,
    };
  if (entry.task.name !== 'text-classification')
    return { kind: entry.task.name, details: {}, maxInputTokens };
  const { id2label = {}, label2id = {} } = config;
  const kind = isCrossEncoder(entry) ? 'reranker' : 'classifier';
  return { kind, details: { id2label, label2id }, maxInputTokens };
};

/** A file that is not there, or is no JSON, says nothing. */
const readJson = (path: string): Json => {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Json;
  } catch {
    return {};
  }
};
