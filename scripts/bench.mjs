/** `npm run bench -- <name> [options]`: runs bench/<name>.ts, built. Without a name, lists them. */
import { readdirSync } from 'node:fs';
import { bootstrap, root } from './bootstrap.mjs';

bootstrap();
const names = readdirSync(`${root}/bench`)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.slice(0, -'.bench.ts'.length));
const [name] = process.argv.splice(2, 1);
if (!names.includes(name)) {
  console.log(`npm run bench -- <${names.join(' | ')}> [options]`);
  process.exit(name ? 2 : 0);
}
await import(`${root}/dist/bench/${name}.bench.js`);
