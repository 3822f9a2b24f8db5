/** How many tokens a language model's texts may have, as its files say; its runner may have room for fewer. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueEntry } from './catalogue.js';

const known = new WeakMap<CatalogueEntry, { readonly tokens: number | undefined }>();

/** Read from `taskwire.json` or `config.json`, once; `undefined` where neither says it. */
export const contextWindowOf = (entry: CatalogueEntry): number | undefined => {
  const found = known.get(entry) ?? { tokens: readWindow(entry) };
  known.set(entry, found);
  return found.tokens;
};

const readWindow = ({ folder, options }: CatalogueEntry): number | undefined => {
  const tokens = options.context_window ?? positionsIn(join(folder, 'config.json'));
  return Number.isSafeInteger(tokens) ? (tokens as number) : undefined;
};

const positionsIn = (path: string): unknown => {
  if (!existsSync(path)) return undefined;
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>)
      .max_position_embeddings;
  } catch {
    return undefined;
  }
};
