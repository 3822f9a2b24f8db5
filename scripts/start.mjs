/** `npm start` and `npm run taskwire -- <command>`: gets a fresh checkout ready, then runs the command in this process. */
import { bootstrap, root } from './bootstrap.mjs';
import { ensureFfmpeg } from './ffmpeg.mjs';

bootstrap();
if (process.argv[2] === 'serve') ensureFfmpeg();
await import(`${root}/dist/src/cli.js`);
