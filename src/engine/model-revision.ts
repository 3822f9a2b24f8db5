import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Tells a model's files from those that lay in the folder before them. */
export const revisionOf = (folder: string): string => {
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    const states = files.map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    });
    return states.join('\n');
  } catch {
    // There is nothing to load either, which the runner is the one to say.
    return '';
  }
};
