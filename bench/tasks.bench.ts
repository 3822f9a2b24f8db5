/**
 * Throughput and latency of every task at concurrency 1, 8 and 32, beside the raw session and a naive server, as ratios
 * within one run. `npm run bench -- tasks [--models DIR] [--seconds 5] [--rounds 3] [--only NAME]`
 * The public shapes are made by `scripts/make-model.py` into DIR (default `.work/bench-models`).
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerEnvironment } from '../src/engine/runner-environment.js';
import { benchPictures, benchSound, benchTexts } from './inputs.js';
import { type BenchRequest, drive as driveLoad, type LoadResult } from './load.js';
import { linkModel, median, type Running, startNaive, startService } from './service.js';

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: '.work/bench-models' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    concurrency: { type: 'string', default: '1,8,32' },
  },
});
const seconds = Number(options.seconds);
const levels = options.concurrency.split(',').map(Number);

type Body = (i: number) => { readonly type: string; readonly bytes: string | Buffer };

interface Kind {
  readonly naiveTask: string;
  /** What the raw session is fed; absent where a run is many runs. */
  readonly raw?: 'tokens' | 'image';
}

interface Workload extends Kind {
  readonly name: string;
  /** Folder of the model. */
  readonly folder: string;
  readonly task: string;
  readonly body: Body;
}

/** By task. */
const kinds = {
  embeddings: { naiveTask: 'feature-extraction', raw: 'tokens' },
  'text-classification': { naiveTask: 'text-classification', raw: 'tokens' },
  'image-classification': { naiveTask: 'image-classification', raw: 'image' },
  'object-detection': { naiveTask: 'object-detection', raw: 'image' },
  asr: { naiveTask: 'automatic-speech-recognition' },
  'text-generation': { naiveTask: 'text-generation' },
} as const satisfies Readonly<Record<string, Kind>>;

type MakeBody = (folder: string) => Promise<Body>;

const json = (body: object) => ({ type: 'application/json', bytes: JSON.stringify(body) });

const texts: MakeBody = async (folder) => {
  const make = await benchTexts(`${folder}/tokenizer.json`);
  return (i) => json({ inputs: make(i) });
};

const pictures: MakeBody = async () => {
  const all = await benchPictures();
  return (i) => ({ type: 'image/jpeg', bytes: all[i % all.length]! });
};

const sounds =
  (count: number, soundSeconds: number): MakeBody =>
  async () => {
    const all = Array.from({ length: count }, (_, i) => benchSound(i, soundSeconds));
    return (i) => ({ type: 'audio/wav', bytes: all[i % all.length]! });
  };

const prompts =
  (tokens: number): MakeBody =>
  async () =>
  (i) =>
    json({
      prompt: `Once upon a time there were ${i} ships`,
      max_tokens: tokens,
      temperature: 0,
      ignore_eos: true,
    });

const [shapes, starters] = [resolve(options.models), resolve('models/taskwire')];

const models: ReadonlyArray<
  readonly [name: string, folder: string, task: keyof typeof kinds, makeBody: MakeBody]
> = [
  ['embeddings, MiniLM-L6', `${shapes}/minilm-l6`, 'embeddings', texts],
  ['classification, DistilBERT', `${shapes}/distilbert`, 'text-classification', texts],
  ['images, ViT-B/16', `${shapes}/vit-b16`, 'image-classification', pictures],
  ['detection, YOLOS-tiny', `${shapes}/yolos-tiny`, 'object-detection', pictures],
  ['speech 30 s, Whisper-tiny', `${shapes}/whisper-tiny`, 'asr', sounds(8, 30)],
  ['generation 32 tokens, 135M', `${shapes}/llama-135m`, 'text-generation', prompts(32)],
  ['embeddings, starter', `${starters}/sentences`, 'embeddings', texts],
  ['classification, starter', `${starters}/sentiment`, 'text-classification', texts],
  ['images, starter', `${starters}/flowers`, 'image-classification', pictures],
  ['detection, starter', `${starters}/fruit`, 'object-detection', pictures],
  ['speech 2 s, starter', `${starters}/digits`, 'asr', sounds(32, 2)],
  ['generation 32 tokens, starter', `${starters}/storyteller`, 'text-generation', prompts(32)],
];

const workloads = (): Promise<Workload[]> =>
  Promise.all(
    models
      .filter(([name, folder]) => name.includes(options.only) && (existsSync(folder) || missing(folder)))
      .map(async ([name, folder, task, makeBody]) => ({
        name,
        folder,
        task,
        ...kinds[task],
        body: await makeBody(folder),
      })),
  );

const missing = (folder: string): false => {
  console.log(`skipped: ${folder} is not there (scripts/make-model.py makes the public shapes)`);
  return false;
};

const rawScript = fileURLToPath(new URL('./raw-session.js', import.meta.url));
const raw = ({ folder, raw: kind }: Workload, batch: number): number =>
  kind
    ? Number(
        execFileSync(process.execPath, [rawScript, folder, kind, String(batch), String(seconds)], {
          encoding: 'utf8',
          env: runnerEnvironment(process.env),
        }),
      )
    : Number.NaN;

const load = (
  server: Running,
  { task, body }: Workload,
  model: string,
  concurrency: number,
  offset: number,
): Promise<LoadResult> => {
  const request = (i: number): BenchRequest => {
    const { type, bytes } = body(i + offset);
    const path = `/v1/inference/${task}`;
    if (type !== 'application/json')
      return {
        path: `${path}?model=${model}`,
        headers: { ...server.headers, 'content-type': type },
        body: bytes,
      };
    return {
      path,
      headers: { ...server.headers, 'content-type': type },
      body: JSON.stringify({ model, ...JSON.parse(bytes as string) }),
    };
  };
  return driveLoad({ url: server.url, concurrency, seconds, request });
};

/** So many answers, or so many seconds: until then V8 still compiles a server's code while it is measured. */
const [warmAnswers, warmSeconds] = [10_000, 30];

const warmUp = async (once: () => Promise<LoadResult>): Promise<void> => {
  const until = performance.now() + warmSeconds * 1000;
  for (let answers = 0; answers < warmAnswers && performance.now() < until; )
    answers += (await once()).perSecond * seconds;
};

/** Both sides of a ratio are measured within the same seconds: the machine's speed drifts from minute to minute. */
const measure = async (workload: Workload): Promise<void> => {
  const { dir, id } = linkModel(workload.folder);
  const ours = new Map(levels.map((level) => [level, [] as LoadResult[]]));
  const ofRaw = new Map(levels.map((level) => [level, [] as number[]]));
  const ofNaive = new Map(levels.map((level) => [level, [] as number[]]));
  const service = await startService(dir, id);
  const other = await startNaive(dir, id, workload.naiveTask);
  let loads = 0;
  const drive = (server: Running, level: number) => load(server, workload, id, level, 100_000 * loads++);
  const oneRound = async (isOdd: boolean): Promise<void> => {
    for (const level of levels) {
      // Backwards every other time: how fast the machine is depends on what it did before.
      const naiveFirst = isOdd ? await drive(other, level) : undefined;
      const rawFirst = naiveFirst ? undefined : raw(workload, level);
      const result = await drive(service, level);
      const limit = rawFirst ?? raw(workload, level);
      const naive = naiveFirst ?? (await drive(other, level));
      ours.get(level)!.push(result);
      ofRaw.get(level)!.push(result.perSecond / limit);
      ofNaive.get(level)!.push(result.perSecond / naive.perSecond);
    }
  };
  try {
    for (const server of [service, other]) await warmUp(() => drive(server, Math.max(...levels)));
    for (let round = 0; round < Number(options.rounds); round++) await oneRound(round % 2 === 1);
  } finally {
    await service.stop();
    await other.stop();
  }
  for (const level of levels) {
    const results = ours.get(level)!;
    const number = (pick: (result: LoadResult) => number) => median(results.map(pick)).toFixed(1).padStart(9);
    const ratios = (values: readonly number[]) =>
      `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}-${Math.max(...values).toFixed(2)})`;
    const failed = results.reduce((sum, result) => sum + result.failed, 0);
    console.log(
      `${workload.name.padEnd(30)} ${String(level).padStart(3)} ${number((r) => r.perSecond)} ${number((r) => r.p50Ms)} ${number((r) => r.p95Ms)} ${number((r) => r.p99Ms)}   ${ratios(ofRaw.get(level)!)}   ${ratios(ofNaive.get(level)!)}${failed ? `  ${failed} failed` : ''}`,
    );
  }
};

console.log(`median of ${options.rounds} rounds of ${seconds} s (least and most)`);
console.log(`${'workload'.padEnd(30)}   c     req/s    p50 ms    p95 ms    p99 ms   of raw   of naive`);
for (const workload of await workloads()) await measure(workload);
