/** A catalogue for tests of what requests cost. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture } from './fixtures.js';
import { temporaryFolder } from './temporary.js';

/** Some of the tiny models, with prices. */
export const pricedModels = (prices: object, ...names: string[]): string => {
  const folder = temporaryFolder();
  for (const name of names) {
    const copy = join(folder, 'tiny', name);
    cpSync(fixture(`models/tiny/${name}`), copy, { recursive: true });
    const card = JSON.parse(readFileSync(join(copy, 'taskwire.json'), 'utf8'));
    writeFileSync(join(copy, 'taskwire.json'), JSON.stringify({ ...card, prices }));
  }
  return folder;
};
