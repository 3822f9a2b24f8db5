/**
 * Many streams at once for minutes, with clients that hang up at any moment: memory over time, slots that are stuck, and
 * tokens that do not belong. `npm run bench -- soak [--model FOLDER] [--streams 64] [--minutes 5]`
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { linkModel, median, startService } from './service.js';
import { type Sample, soak } from './soak.js';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'test/fixtures/models/tiny/llama-gqa' },
    streams: { type: 'string', default: '64' },
    minutes: { type: 'string', default: '5' },
  },
});

const samples: Sample[] = [];
const row = (...cells: ReadonlyArray<string | number>) =>
  console.log(cells.map((cell) => String(cell).padStart(11)).join(''));
const onSample = (sample: Sample): void => {
  samples.push(sample);
  const { atSeconds, serviceMb, runnerMb, finished, dropped } = sample;
  row(atSeconds.toFixed(0), serviceMb.toFixed(0), runnerMb.toFixed(0), finished, dropped);
};

/** Median of the last quarter over that of the second: what comes after the warm-up. */
const growth = (read: (sample: Sample) => number): string => {
  const quarter = (i: number) =>
    samples.slice(Math.floor((samples.length * i) / 4), Math.floor((samples.length * (i + 1)) / 4));
  const [early, late] = [median(quarter(1).map(read)), median(quarter(3).map(read))];
  return `${(late - early).toFixed(1)} MB (${early.toFixed(0)} to ${late.toFixed(0)})`;
};

const { dir, id } = linkModel(resolve(options.model));
const server = await startService(dir, id);
row('seconds', 'service MB', 'runner MB', 'finished', 'dropped');
const { wrong, left, finished, dropped } = await soak({
  server,
  model: id,
  streams: Number(options.streams),
  seconds: Number(options.minutes) * 60,
  onSample,
});
await server.stop();
console.log(`${finished} texts finished, ${dropped} dropped; ${wrong.length} wrong`);
for (const one of wrong.slice(0, 10)) console.log(`wrong ${one}`);
console.log(
  `left when all had gone: ${left.running} running, ${left.waiting} waiting, ${left.busySeconds} s computed`,
);
console.log(`growth after the warm-up: service ${growth((sample) => sample.serviceMb)}`);
console.log(`                          runner ${growth((sample) => sample.runnerMb)}`);
if (wrong.length > 0 || left.running + left.waiting + left.busySeconds > 0) process.exitCode = 1;
