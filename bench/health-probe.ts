/** `health-probe.js <url> <seconds>`: asks `/health` every few milliseconds over one connection; prints the times as JSON. */
import { Agent, get } from 'node:http';
import { sleep } from './load.js';

const [url = '', seconds = ''] = process.argv.slice(2);
const pauseMs = 5;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const ask = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const call = get(`${url}/health`, { agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
      answer.resume().on('end', () => resolve(performance.now() - startedAt));
    });
    call.on('error', reject);
  });

for (let i = 0; i < 20; i++) await ask(); // the probe's own code gets warm
const latencies: number[] = [];
const endsAt = performance.now() + Number(seconds) * 1000;
while (performance.now() < endsAt) {
  latencies.push(await ask());
  await sleep(pauseMs);
}
agent.destroy();
console.log(JSON.stringify(latencies));
