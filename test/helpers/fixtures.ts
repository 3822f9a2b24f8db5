/** Where the fixtures are: in the sources, since only TypeScript is built. */
import { fileURLToPath } from 'node:url';

/** The checkout, seen from `dist/test/helpers`. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

export const fixture = (name: string): string => `${root}test/fixtures/${name}`;
