/** One ONNX model on the runner's device, as pipelines see it: feeds in, tensors and device time out. */
import { statSync } from 'node:fs';
import type { DeviceClock } from './device-clock.js';
import type { Device } from './devices/index.js';
import { Binding } from './ort/binding.js';
import { OrtSession, type TensorInfo } from './ort/ort-session.js';
import type { DeviceValue, Tensor, Value } from './ort/tensor.js';
import type { Turns } from './turns.js';
import { yieldToLoop } from './yield-to-loop.js';

export type { Binding } from './ort/binding.js';
export { OrtError } from './ort/library.js';
export type { TensorInfo } from './ort/ort-session.js';
export { discard, preferHugePages, sparseArray } from './ort/sparse.js';
export { newArray, type Tensor, type TensorData, TensorValue, type Value } from './ort/tensor.js';

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
  readonly clock: DeviceClock;
  /** How many runs the device takes at once, over all sessions of this process. */
  readonly turns: Turns;
  /** Whether runs of this session will be side by side. */
  readonly sideBySide: boolean;
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

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether this is one of many runs of which each waits for the one before. */
  readonly step?: boolean;
}

/**
 * A lone step as short as this, on the CPU, keeps the event loop's thread: the ways to another thread and back, and every
 * thread that stands between those that compute one step together, cost more than anybody gains by being heard a little
 * sooner (docs/bench-log.md).
 */
const shortStepMicros = 150_000;

/** Up to this size a model is opened twice, see below; larger ones would cost too much memory. */
const smallModelBytes = 256 * 2 ** 20;

/**
 * A lone run uses all threads, so that it is over soon. Runs that are side by side use one thread each on a second
 * opening of the same model: threads of one run wait for each other at every operator, runs of one thread never do
 * (10 % more work per second on two cores, more on more; docs/bench-log.md).
 */
export class Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly #wide: OrtSession;
  readonly #narrow: OrtSession | undefined;
  readonly #options: SessionOptions;
  /** Runs asked for and not over. */
  #runs = 0;
  /** Device time of the newest step. */
  #stepMicros = Number.POSITIVE_INFINITY;

  private constructor(wide: OrtSession, narrow: OrtSession | undefined, options: SessionOptions) {
    this.#wide = wide;
    this.#narrow = narrow;
    this.#options = options;
    this.inputs = wide.inputs;
    this.outputs = wide.outputs;
    this.inputNames = wide.inputs.map(({ name }) => name);
    this.outputNames = wide.outputs.map(({ name }) => name);
  }

  static async open(path: string, options: SessionOptions): Promise<Session> {
    const { device, threads, sideBySide } = options;
    const providers = device.executionProviders;
    const twice = sideBySide && device.concurrentRuns(threads) > 1 && statSync(path).size <= smallModelBytes;
    const narrow = twice ? await OrtSession.open(path, { providers, threads: 1 }) : undefined;
    return new Session(await OrtSession.open(path, { providers, threads }), narrow, options);
  }

  /** Whether there is a memory beside JavaScript's. */
  get hasDeviceMemory(): boolean {
    return this.#options.device.memory !== undefined;
  }

  /** Room in the device's memory; `undefined` where that is JavaScript's memory too. */
  deviceValue(type: TensorInfo['type'], dims: readonly number[]): DeviceValue | undefined {
    const { memory } = this.#options.device;
    return memory === undefined ? undefined : this.#wide.deviceValue(memory, type, dims);
  }

  /** See `OrtSession.copyValues`. Not while a run is under way. */
  copyValues(from: readonly Value[], to: readonly Value[]): void {
    this.#wide.copyValues(from, to);
  }

  /** A binding for runs on memory that stays. */
  bind(): Binding {
    return new Binding(this.#wide);
  }

  /**
   * Runs a binding of this session; resolves with its device time in integer microseconds. Before steps the caller lets
   * the event loop go round.
   */
  async runBound(binding: Binding, { step = false }: Pick<RunOptions, 'step'> = {}): Promise<number> {
    const { turns, clock } = this.#options;
    const blocking = step && this.#stepsAreShort;
    const { micros } = await turns.take(() => clock.measure(() => binding.run({ blocking })));
    if (step) this.#stepMicros = micros;
    return micros;
  }

  get #stepsAreShort(): boolean {
    return this.#options.device.memory === undefined && this.#stepMicros <= shortStepMicros;
  }

  hasInput(name: string): boolean {
    return this.inputNames.includes(name);
  }

  inputType(name: string): TensorInfo['type'] | undefined {
    return this.inputs.find((input) => input.name === name)?.type;
  }

  /**
   * Runs with those of `feeds` that the model takes; a missing one, a wrong type or shape throws. The arrays must not
   * change until the promise settles.
   */
  async run(feeds: Feeds, { signal, step = false }: RunOptions = {}): Promise<Ran> {
    const { turns, clock } = this.#options;
    const taken = Object.fromEntries(Object.entries(feeds).filter(([name]) => this.hasInput(name)));
    this.#runs++;
    try {
      // Runs that are asked for together know of each other before the first begins.
      await (step ? yieldToLoop() : undefined);
      return await turns.take(async () => {
        const lone = this.#runs === 1;
        const session = (!lone && this.#narrow) || this.#wide;
        const blocking = step && lone && this.#stepsAreShort;
        const { result, micros } = await clock.measure(() => session.run(taken, { signal, blocking }));
        if (step) this.#stepMicros = micros;
        return { outputs: result, micros };
      });
    } finally {
      this.#runs--;
    }
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
export const widen = (halves: Uint16Array): Float32Array =>
  Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * 2 ** -24 * fraction;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
  });
