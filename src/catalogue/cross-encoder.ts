/** Whether a model scores pairs of texts with one number: then it can rerank. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueEntry } from './catalogue.js';

interface ClassifierConfig {
  readonly architectures?: readonly string[];
  readonly num_labels?: number;
  readonly id2label?: Readonly<Record<string, string>>;
}

const known = new WeakMap<CatalogueEntry, boolean>();

/** Read from the model's `config.json`, once. */
export const isCrossEncoder = (entry: CatalogueEntry): boolean => {
  const found = known.get(entry) ?? hasOneLabel(join(entry.folder, 'config.json'));
  known.set(entry, found);
  return found;
};

const hasOneLabel = (path: string): boolean => {
  if (!existsSync(path)) return false;
  try {
    const config = JSON.parse(readFileSync(path, 'utf8')) as ClassifierConfig;
    const { architectures = [], id2label = {}, num_labels: labels = Object.keys(id2label).length } = config;
    return labels === 1 && architectures.some((name) => name.endsWith('ForSequenceClassification'));
  } catch {
    return false;
  }
};
