/** `npm test`: gets a fresh checkout ready, checks it, runs the tests on the built output. Arguments go to jest. */
import { bootstrap, root, run } from './bootstrap.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';

bootstrap();
ensureFfmpeg();
run(process.execPath, [`${root}/scripts/check.mjs`]);
run(process.execPath, [
  '--experimental-vm-modules',
  '--no-warnings',
  `${root}/node_modules/jest/bin/jest.js`,
  ...process.argv.slice(2),
]);
