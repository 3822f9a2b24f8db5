/** `npm run dev`: compiles on every change and restarts the service. */
import { spawn } from 'node:child_process';
import { bootstrap, root } from './bootstrap.mjs';

bootstrap();
const compiler = spawn(
  process.execPath,
  [`${root}/node_modules/typescript/bin/tsc`, '-p', root, '--watch', '--preserveWatchOutput'],
  { stdio: 'inherit' },
);
const service = spawn(
  process.execPath,
  ['--watch', '--watch-preserve-output', `${root}/dist/src/cli.js`, 'serve'],
  { stdio: 'inherit' },
);
for (const child of [compiler, service]) child.once('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit());
process.on('exit', () => {
  compiler.kill();
  service.kill();
});
