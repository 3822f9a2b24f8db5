import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fixture, root } from '../helpers/fixtures.js';

const recorded = JSON.parse(readFileSync(fixture('log-mel.json'), 'utf8')) as {
  readonly sound: string;
  readonly columns: Readonly<Record<string, readonly number[]>>;
};
const built = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

/** In a process of its own: Jest's modules have typed arrays of their own realm. */
const script = `
  import { readFileSync } from 'node:fs';
  const { openSound } = await import(${built('src/media/audio.js')});
  const { Session } = await import(${built('src/runner/session.js')});
  const { DeviceClock } = await import(${built('src/runner/device-clock.js')});
  const { Turns } = await import(${built('src/runner/turns.js')});
  const { cpu } = await import(${built('src/runner/devices/cpu.js')});
  const { LogMel } = await import(${built('tasks/asr/log-mel.js')});
  const { Samples } = await import(${built('tasks/asr/samples.js')});
  const { Hearing } = await import(${built('tasks/asr/recognizer.js')});

  const options = { device: cpu, threads: 1, clock: new DeviceClock(), turns: new Turns(1) };
  const context = { openGraph: (name) => Session.open(${JSON.stringify(root)} + 'src/runner/graphs/' + name + '.onnx', options) };
  const model = { json: () => ({ feature_size: 80 }), config: () => ({}) };
  const features = await LogMel.open(model, context, 3000);
  const signal = new AbortController().signal;
  const bytes = readFileSync(${JSON.stringify(fixture(`media/${recorded.sound}`))});
  const samples = new Samples((await openSound(bytes, { rate: 16000, signal })).blocks);
  await samples.readTo(480001);
  const { data, dims } = await features.window(samples, 0, new Hearing({ signal, bill() {} }));
  const column = (at) => Array.from({ length: 80 }, (_, mel) => data[mel * dims[2] + at]);
  const columns = Object.fromEntries(${JSON.stringify(Object.keys(recorded.columns))}.map((at) => [at, column(Number(at))]));
  console.log(JSON.stringify({ dims, columns }));
`;

test("the graph's features are those of transformers' WhisperFeatureExtractor, within 1e-4", () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const { dims, columns } = JSON.parse(printed) as { dims: number[]; columns: Record<string, number[]> };
  expect(dims).toEqual([1, 80, 3000]);
  for (const [at, expected] of Object.entries(recorded.columns)) {
    const worst = Math.max(...expected.map((value, mel) => Math.abs(value - columns[at]![mel]!)));
    expect(worst).toBeLessThan(1e-4);
  }
});
