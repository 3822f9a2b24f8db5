/** One ONNX model on one device: opened once, run one batch at a time, every run measured. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Device } from './devices/index.js';

export interface Tensor<Data = Float32Array | BigInt64Array | Int32Array | Uint8Array | Uint16Array> {
  readonly type: 'float32' | 'int64' | 'int32' | 'bool' | 'uint8' | 'float16';
  readonly data: Data;
  readonly dims: readonly number[];
}

export type Feeds = Readonly<Record<string, Tensor>>;

export interface Ran {
  /** By output name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Device time of this run, integer microseconds. */
  readonly micros: number;
}

export interface SessionOptions {
  readonly device: Device;
  readonly threads: number;
  /** Told after every run, in integer microseconds. */
  readonly onRun: (micros: number) => void;
}

export const float32 = (data: Float32Array, dims: readonly number[]): Tensor<Float32Array> => ({
  type: 'float32',
  data,
  dims,
});
export const int64 = (data: BigInt64Array, dims: readonly number[]): Tensor<BigInt64Array> => ({
  type: 'int64',
  data,
  dims,
});

export class Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly #session: InferenceSession;
  readonly #onRun: (micros: number) => void;

  private constructor(session: InferenceSession, onRun: (micros: number) => void) {
    this.#session = session;
    this.#onRun = onRun;
    this.inputNames = session.inputNames;
    this.outputNames = session.outputNames;
  }

  static async open(path: string, { device, threads, onRun }: SessionOptions): Promise<Session> {
    const session = await InferenceSession.create(path, {
      executionProviders: [...device.executionProviders],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // Several models share few cores: a thread that spins takes them from the others (docs/bench-log.md).
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return new Session(session, onRun);
  }

  hasInput(name: string): boolean {
    return this.inputNames.includes(name);
  }

  /** Runs with those of `feeds` that the model takes; a missing one is a programming error and throws. */
  async run(feeds: Feeds): Promise<Ran> {
    const taken: Record<string, OrtTensor> = {};
    for (const name of this.inputNames) {
      const feed = feeds[name];
      if (!feed) throw new Error(`the model wants an input ${name} that this pipeline does not make`);
      taken[name] = new OrtTensor(feed.type, feed.data as never, [...feed.dims]) as OrtTensor;
    }
    const startedAt = performance.now();
    const results = await this.#session.run(taken);
    const micros = Math.round((performance.now() - startedAt) * 1000);
    this.#onRun(micros);
    return { outputs: results as unknown as Ran['outputs'], micros };
  }
}

/** The named output as floats; half precision is widened. Throws when the model has no such output. */
export const floats = (ran: Ran, name: string): Tensor<Float32Array> => {
  const output = ran.outputs[name];
  if (!output)
    throw new Error(`the model has no output ${name}; it has ${Object.keys(ran.outputs).join(', ')}`);
  if (output.type === 'float16') return float32(widen(output.data as Uint16Array), output.dims);
  if (output.type !== 'float32') throw new Error(`output ${name} is ${output.type}, expected floats`);
  return output as Tensor<Float32Array>;
};

/** IEEE 754 half to single precision. */
const widen = (halves: Uint16Array): Float32Array =>
  Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * 2 ** -24 * fraction;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
  });
