/** `npm run check`: types, lint and format, layers. */
import { bin, install, root, run } from './bootstrap.mjs';

install();
run(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', root, '--noEmit']);
run(bin('biome'), ['check', '--error-on-warnings', '.']);
run(process.execPath, [`${root}/scripts/check-layers.mjs`]);
