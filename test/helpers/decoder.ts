/** The engine of text generation in this process: a tiny decoder on a real session, without runner or service. */
import { availableParallelism } from 'node:os';
import type { Dtype } from '../../src/dtype.js';
import { DeviceClock } from '../../src/runner/device-clock.js';
import { cpu } from '../../src/runner/devices/cpu.js';
import { type Device, deviceByName } from '../../src/runner/devices/index.js';
import { bytesPerToken, type DecoderConfig } from '../../src/runner/generate/kv-store.js';
import { ModelFolder } from '../../src/runner/model-folder.js';
import type { GeneratePipeline } from '../../src/runner/pipeline.js';
import { Session } from '../../src/runner/session.js';
import { Turns } from '../../src/runner/turns.js';
import { open } from '../../tasks/text-generation/pipeline.js';
import type {
  GenerationDelta,
  GenerationInput,
  GenerationParams,
  Generations,
} from '../../tasks/text-generation/schema.js';
import { greedy } from './decoding.js';
import { fixture } from './fixtures.js';
import { testDevice } from './live-service.js';

/** The CPU, dressed as a device with memory of its own: one value a slot, nothing that can be copied. */
export const cpuAsDevice: Device = { ...cpu, memory: 'Cpu' };

/** The device that TASKWIRE_DEVICE names. */
export const device = deviceByName(testDevice);

export const openTinySession = (name: string, on: Device, dtype: Dtype = 'fp32'): Promise<Session> => {
  const threads = Math.min(2, availableParallelism());
  const turns = new Turns(on.concurrentRuns(threads));
  const path = new ModelFolder(fixture(`models/tiny/${name}`), dtype, {}).onnx('model')!;
  return Session.open(path, { device: on, threads, clock: new DeviceClock(), turns, sideBySide: false });
};

export interface OpenOptions {
  readonly slots: number;
  /** By default for the whole window of each slot. */
  readonly cacheBytes?: number;
  readonly on?: Device;
  readonly dtype?: Dtype;
  /** What `taskwire.json` would say. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Written {
  readonly value: Generations;
  /** What a stream would have shown, by choice. */
  readonly streamed: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly billedMicros: number;
}

export interface WriteOptions extends Partial<Omit<GenerationParams, 'sampling'>> {
  readonly sampling?: Partial<GenerationParams['sampling']>;
  readonly scope?: string;
  readonly signal?: AbortSignal;
  readonly onDelta?: (delta: GenerationDelta) => void;
}

export class TinyDecoder {
  readonly pipeline: GeneratePipeline;

  private constructor(pipeline: GeneratePipeline) {
    this.pipeline = pipeline;
  }

  static async open(
    name: string,
    { slots, cacheBytes, on = device, dtype = 'fp32', options = {} }: OpenOptions,
  ): Promise<TinyDecoder> {
    const model = new ModelFolder(fixture(`models/tiny/${name}`), dtype, {
      ...{ max_sequences: slots },
      ...options,
    });
    const config = model.config<DecoderConfig & { max_position_embeddings: number }>();
    const window = config.max_position_embeddings;
    const tokenBytes = bytesPerToken(config, dtype === 'fp16' ? 2 : 4);
    const pipeline = await open(model, {
      cacheBytes: cacheBytes ?? slots * window * tokenBytes,
      hasPart: () => true,
      openSession: () => openTinySession(name, on, dtype),
      openGraph: () => Promise.reject(new Error('no graph here')),
    });
    const decoder = new TinyDecoder(pipeline as GeneratePipeline);
    expect(decoder.pipeline.cache?.slots).toBe(slots);
    return decoder;
  }

  async write(input: string | GenerationInput, options: WriteOptions = {}): Promise<Written> {
    const { scope = 'somebody', signal = new AbortController().signal, onDelta, sampling, ...rest } = options;
    const params = { ...greedy, ...rest, stream: true, sampling: { ...greedy.sampling, ...sampling } };
    const streamed = Array.from({ length: params.n }, () => '');
    let inputTokens = 0;
    let billedMicros = 0;
    const { value, usage } = await this.pipeline.generate({
      input: typeof input === 'string' ? { prompt: input } : input,
      params,
      scope,
      priority: 0,
      signal,
      measured: (measured) => {
        inputTokens += measured.inputTokens ?? 0;
      },
      delta: (delta) => {
        const one = delta as GenerationDelta;
        streamed[one.choice] += one.text;
        onDelta?.(one);
      },
      bill: (micros) => {
        billedMicros += micros;
      },
    });
    const { outputTokens = 0 } = usage;
    return { value: value as Generations, streamed, inputTokens, outputTokens, billedMicros };
  }
}
