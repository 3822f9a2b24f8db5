/**
 * A window of 30 s through Whisper without a server, beside Transformers.js on the same files, alternately: time to the
 * first token (features, encoder, prompt) and time a token after that, greedy.
 * `npm run bench -- whisper [--model DIR] [--tokens 100] [--rounds 3]`
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AutoModelForSpeechSeq2Seq, AutoProcessor, env, type Tensor } from '@huggingface/transformers';
import { DeviceClock } from '../src/runner/device-clock.js';
import { cpu } from '../src/runner/devices/cpu.js';
import { ModelFolder } from '../src/runner/model-folder.js';
import type { PipelineContext } from '../src/runner/pipeline.js';
import { Session } from '../src/runner/session.js';
import { Turns } from '../src/runner/turns.js';
import { LogMel } from '../tasks/asr/log-mel.js';
import { Hearing } from '../tasks/asr/recognizer.js';
import { Samples } from '../tasks/asr/samples.js';
import { WhisperDecoder } from '../tasks/asr/whisper-decoder.js';
import { applyRules, choose } from '../tasks/asr/whisper-rules.js';
import { WhisperTokens } from '../tasks/asr/whisper-tokens.js';
import { dtypeOf, median } from './service.js';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: '.work/bench-models/whisper-tiny' },
    tokens: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    contender: { type: 'string', default: '' },
  },
});
const folder = resolve(options.model);
const count = Number(options.tokens);
const threads = availableParallelism();
const runsARound = 3;
const sound = Float32Array.from(
  { length: 480_000 },
  (_, t) => 0.3 * Math.sin(t * 0.05) * Math.sin(t * 0.0003) + 0.01 * Math.sin(t * t * 0.013),
);

interface Times {
  readonly firstMs: number;
  readonly tokenMs: number;
}

const openOurs = async (): Promise<() => Promise<Times>> => {
  const model = new ModelFolder(folder, dtypeOf(folder, 'encoder_model'), {});
  const place = {
    device: cpu,
    threads,
    clock: new DeviceClock(),
    turns: new Turns(threads),
    sideBySide: true,
  };
  const graph = (name: string) =>
    fileURLToPath(new URL(`../../src/runner/graphs/${name}.onnx`, import.meta.url));
  const context: PipelineContext = {
    cacheBytes: 0,
    hasPart: (part) => model.onnx(part) !== undefined,
    openSession: (part) => Session.open(model.onnx(part)!, place),
    openGraph: (name) => Session.open(graph(name), place),
  };
  const features = await LogMel.open(model, context, 3000);
  const encoder = await context.openSession('encoder_model');
  const decoder = await WhisperDecoder.open(model, context);
  const tokens = WhisperTokens.open(model);
  const random = { next: () => 0 } as never;
  return async () => {
    const hearing = new Hearing({ signal: new AbortController().signal, bill() {} });
    const samples = new Samples(
      (async function* () {
        yield sound;
      })(),
    );
    const startedAt = performance.now();
    await samples.readTo(sound.length + 1);
    const input_features = await features.window(samples, 0, hearing);
    const states = (await hearing.run(encoder, { input_features })).outputs.last_hidden_state!;
    let read = await decoder.begin(states, tokens.prompt('en', 'transcribe', false), hearing);
    const firstMs = performance.now() - startedAt;
    const ids: number[] = [];
    for (; ids.length < count; read = await decoder.read(read, ids.slice(-1), hearing)) {
      const logits = read.logits.slice(-decoder.vocabulary);
      applyRules(logits, ids, tokens, false);
      // It must go on, however the model would like to end.
      logits[tokens.end] = Number.NEGATIVE_INFINITY;
      ids.push(choose(logits, 0, random).id);
    }
    return { firstMs, tokenMs: (performance.now() - startedAt - firstMs) / count };
  };
};

const openTheirs = async (): Promise<() => Promise<Times>> => {
  env.localModelPath = dirname(folder);
  env.allowRemoteModels = false;
  const session_options = { intraOpNumThreads: threads, interOpNumThreads: 1 };
  const model = await AutoModelForSpeechSeq2Seq.from_pretrained(basename(folder), {
    dtype: 'fp32',
    session_options,
  });
  const processor = await AutoProcessor.from_pretrained(basename(folder), {});
  const generate = async (tokens: number): Promise<number> => {
    const startedAt = performance.now();
    const inputs = (await processor(sound)) as Record<string, Tensor>;
    const wishes = { max_new_tokens: tokens, min_new_tokens: tokens, language: 'en', task: 'transcribe' };
    await model.generate({ ...inputs, ...wishes } as never);
    return performance.now() - startedAt;
  };
  return async () => {
    const firstMs = await generate(1);
    return { firstMs, tokenMs: ((await generate(1 + count)) - firstMs) / count };
  };
};

const contenders = { ours: openOurs, 'Transformers.js': openTheirs };

/** In a process of its own: the threads of two engines in one would stand in each other's way. */
const measure = async (open: () => Promise<() => Promise<Times>>): Promise<void> => {
  const run = await open();
  await run();
  const times: Times[] = [];
  while (times.length < runsARound) times.push(await run());
  console.log(JSON.stringify(times));
};

const compare = (): void => {
  const times = new Map(Object.keys(contenders).map((name) => [name, [] as Times[]]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, all] of times) {
      const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--contender', name];
      all.push(...(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Times[]));
    }
  }
  console.log(
    `30 s of sound, ${count} tokens, ${threads} threads, median of ${options.rounds} x ${runsARound}`,
  );
  for (const [name, all] of times) {
    const firstMs = median(all.map((time) => time.firstMs));
    const tokenMs = median(all.map((time) => time.tokenMs));
    console.log(
      `${name.padEnd(16)} first token ${firstMs.toFixed(0).padStart(5)} ms, then ${tokenMs.toFixed(2)} ms a token`,
    );
  }
};

if (options.contender) await measure(contenders[options.contender as keyof typeof contenders]);
else compare();
process.exit();
