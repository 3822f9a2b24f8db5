/** `npm run format`: lets Biome fix format and lint. */
import { bin, install, run } from './bootstrap.mjs';

install();
run(bin('biome'), ['check', '--write', '.']);
