/**
 * `health-probe.js <url> <seconds>`: asks `/health` every few milliseconds over one connection; prints the times as JSON.
 * They count from when a request was due: who waits for a late answer would have asked meanwhile.
 */
import { Agent, get } from 'node:http';
import { sleep } from './load.js';

const [url = '', seconds = ''] = process.argv.slice(2);
const everyMs = 5;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const ask = (dueAt = performance.now()): Promise<number> =>
  new Promise((resolve, reject) => {
    const call = get(`${url}/health`, { agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
      answer.resume().on('end', () => resolve(performance.now() - dueAt));
    });
    call.on('error', reject);
  });

for (let i = 0; i < 20; i++) await ask(); // the probe's own code gets warm
const latencies: number[] = [];
const startedAt = performance.now();
for (let dueAt = startedAt; dueAt < startedAt + Number(seconds) * 1000; dueAt += everyMs) {
  await sleep(dueAt - performance.now());
  latencies.push(await ask(dueAt));
}
agent.destroy();
console.log(JSON.stringify(latencies));
