import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAlive } from '../helpers/children.js';
import { until } from '../helpers/until.js';

const service = new URL('../../bench/service.js', import.meta.url).href;

/** A benchmark that starts a server, tells its process, and then does as it is told. */
const benchmark = (after: string) => `
  import { spawnServer } from ${JSON.stringify(service)};
  const server = spawnServer(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  console.log(server.pid);
  ${after}`;

const start = async (after: string) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', benchmark(after)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const [pid] = await once(child.stdout, 'data');
  return { child, ended, server: Number(String(pid)) };
};

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'the servers of a benchmark end with it on %s',
  async (signal) => {
    const { child, ended, server } = await start('await new Promise(() => setInterval(() => {}, 1000));');
    expect(isAlive(server)).toBe(true);
    child.kill(signal);
    await ended;
    await until(() => !isAlive(server));
  },
);

test('and when it fails', async () => {
  const { ended, server } = await start("throw new Error('no such model');");
  await ended;
  await until(() => !isAlive(server));
});
