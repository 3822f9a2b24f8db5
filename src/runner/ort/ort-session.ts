/** A model opened by ONNX Runtime: its inputs and outputs, and its runs. */
import { Handle } from './handle.js';
import {
  call,
  callAsync,
  callFor,
  nativePath,
  type Pointer,
  release,
  runWithBinding,
  takePointers,
  takeString,
} from './library.js';
import {
  copyTensor,
  cpuMemoryInfo,
  DeviceValue,
  type ElementType,
  readShape,
  type Tensor,
  TensorValue,
  type Value,
} from './tensor.js';

export interface OrtSessionOptions {
  /** Names of ONNX Runtime's execution providers beside the CPU, which is always the last resort. */
  readonly providers: readonly string[];
  readonly threads: number;
}

/** An input or output of a model. */
export interface TensorInfo {
  readonly name: string;
  readonly type: ElementType;
  /** -1 where any size goes. */
  readonly dims: readonly number[];
}

/** Errors only: warnings about graphs are not the operator's to act on. */
const logErrors = 3;
const optimizeAll = 99;

/**
 * Between two operators of a run its threads spin for a moment, which makes a lone run a fifth faster; after the run they
 * sleep. By default they would spin on, and several models on few cores starve each other (docs/bench-log.md).
 */
const threading = [
  ['session.intra_op.allow_spinning', '1'],
  ['session.intra_op.spin_duration_us', '60'],
  ['session.force_spinning_stop', '1'],
] as const;

let sharedEnvironment: Pointer | undefined;

/** One for the process, as ONNX Runtime wants it. */
const environment = (): Pointer => {
  sharedEnvironment ??= callFor<Pointer>('CreateEnv', logErrors, 'taskwire');
  return sharedEnvironment;
};

const allocator = (): Pointer => callFor('GetAllocatorWithDefaultOptions');

export class OrtSession {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Whether a provider other than the CPU computes. */
  readonly onDevice: boolean;
  /** For what else is made of a session. */
  readonly handle: Handle;
  /** Of a device's own memory, by its name. */
  readonly #allocators = new Map<string, Handle>();

  private constructor(handle: Handle, onDevice: boolean) {
    this.handle = handle;
    this.onDevice = onDevice;
    const { pointer } = handle;
    this.inputs = describe(pointer, 'Input');
    this.outputs = describe(pointer, 'Output');
  }

  /** Throws an `OrtError` when the file is no model, or a provider cannot be had. */
  static async open(path: string, { providers, threads }: OrtSessionOptions): Promise<OrtSession> {
    // First of all: appending a provider logs, and the environment has the log.
    const env = environment();
    using options = new Handle(callFor('CreateSessionOptions'), 'ReleaseSessionOptions');
    call('SetSessionLogSeverityLevel', options.pointer, logErrors);
    call('SetSessionGraphOptimizationLevel', options.pointer, optimizeAll);
    call('SetIntraOpNumThreads', options.pointer, threads);
    call('SetInterOpNumThreads', options.pointer, 1);
    for (const [key, value] of threading) call('AddSessionConfigEntry', options.pointer, key, value);
    for (const provider of providers) {
      call('SessionOptionsAppendExecutionProvider', options.pointer, provider, [], [], 0);
    }
    const session: [Pointer | null] = [null];
    await callAsync('CreateSession', env, nativePath(path), options.pointer, session);
    const handle = new Handle(session[0]!, 'ReleaseSession');
    try {
      return new OrtSession(handle, providers.length > 0);
    } catch (error) {
      handle.dispose();
      throw error;
    }
  }

  /**
   * Runs once. `feeds` must name every input and nothing else, with its type and a shape that fits; the arrays must not
   * change until the promise settles. A signal that fires ends the run early, which then throws the signal's reason.
   * `blocking`: on this thread, see `Binding.run`.
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    {
      signal,
      blocking = false,
    }: { readonly signal?: AbortSignal | undefined; readonly blocking?: boolean } = {},
  ): Promise<Record<string, Tensor>> {
    signal?.throwIfAborted();
    using _session = this.handle.hold();
    const checked = this.#checkFeeds(feeds);
    using binding = new Handle(callFor('CreateIoBinding', this.handle.pointer), 'ReleaseIoBinding');
    using runOptions = new Handle(callFor('CreateRunOptions'), 'ReleaseRunOptions');
    // The binding shares ownership of a value, but the memory behind it is the arrays': they must live until the end.
    const values: TensorValue[] = [];
    const terminate = () => call('RunOptionsSetTerminate', runOptions.pointer);
    try {
      for (const [i, { name }] of this.inputs.entries()) {
        const value = new TensorValue(checked[i]!);
        values.push(value);
        call('BindInput', binding.pointer, name, value.pointer);
      }
      for (const { name } of this.outputs) call('BindOutputToDevice', binding.pointer, name, cpuMemoryInfo());
      signal?.addEventListener('abort', terminate, { once: true });
      if (this.onDevice) call('SynchronizeBoundInputs', binding.pointer);
      await runWithBinding(this.handle.pointer, runOptions.pointer, binding.pointer, blocking);
      if (this.onDevice) call('SynchronizeBoundOutputs', binding.pointer);
      return this.#takeOutputs(binding.pointer);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', terminate);
      for (const value of values) value.dispose();
    }
  }

  /** Room in a device's own memory, named as ONNX Runtime names it. */
  deviceValue(memory: string, type: ElementType, dims: readonly number[]): DeviceValue {
    let found = this.#allocators.get(memory);
    if (!found) {
      found = this.#openAllocator(memory);
      this.#allocators.set(memory, found);
    }
    return new DeviceValue(found, type, dims);
  }

  /**
   * Copies values within or between memories, each to the one at its place; types and shapes must be the same. What runs
   * next finds the copies.
   */
  copyValues(from: readonly Value[], to: readonly Value[]): void {
    for (const [i, value] of from.entries()) checkSame(value, to[i]);
    const pointers = (values: readonly Value[]) => values.map(({ pointer }) => pointer);
    call('CopyTensors', environment(), pointers(from), pointers(to), /* stream */ null, from.length);
  }

  /** Throws unless the model has this input, of this type and a shape that fits. */
  checkInput(name: string, tensor: Shaped): void {
    check('input', this.inputs, name, tensor);
  }

  /** The same for an output. */
  checkOutput(name: string, tensor: Shaped): void {
    check('output', this.outputs, name, tensor);
  }

  dispose(): void {
    for (const found of this.#allocators.values()) found.dispose();
    this.handle.dispose();
  }

  #openAllocator(memory: string): Handle {
    const [deviceAllocator, firstDevice, defaultMemory] = [0, 0, 0];
    const info = callFor('CreateMemoryInfo', memory, deviceAllocator, firstDevice, defaultMemory);
    using _info = new Handle(info, 'ReleaseMemoryInfo');
    return new Handle(callFor('CreateAllocator', this.handle.pointer, info), 'ReleaseAllocator', this.handle);
  }

  /** In the model's order. */
  #checkFeeds(feeds: Readonly<Record<string, Tensor>>): Tensor[] {
    for (const name of Object.keys(feeds)) this.checkInput(name, feeds[name]!);
    return this.inputs.map(({ name }) => {
      const feed = feeds[name];
      if (!feed) throw new Error(`the model's input ${name} was not fed`);
      return feed;
    });
  }

  #takeOutputs(binding: Pointer): Record<string, Tensor> {
    const array: [Pointer | null] = [null];
    const count: [number] = [0];
    call('GetBoundOutputValues', binding, allocator(), array, count);
    const values = takePointers(array[0]!, count[0], allocator());
    try {
      return Object.fromEntries(values.map((value, i) => [this.outputs[i]!.name, copyTensor(value)]));
    } finally {
      for (const value of values) release('ReleaseValue', value);
    }
  }
}

type Shaped = Pick<Tensor, 'type' | 'dims'>;

const checkSame = (from: Value, to: Value | undefined): void => {
  const shown = ({ type, dims }: Shaped) => `${type} [${dims}]`;
  if (!to || shown(from) !== shown(to))
    throw new Error(`a value of ${shown(from)} cannot be copied to ${to ? `one of ${shown(to)}` : 'none'}`);
};

/** A dimension of -1 takes any size. */
const check = (
  side: 'input' | 'output',
  infos: readonly TensorInfo[],
  name: string,
  { type, dims }: Shaped,
): void => {
  const info = infos.find((one) => one.name === name);
  if (!info)
    throw new Error(`the model has no ${side} ${name}; it has ${infos.map((one) => one.name).join(', ')}`);
  if (type !== info.type) throw new Error(`${side} ${name} is ${info.type}, not ${type}`);
  const fits = dims.length === info.dims.length && info.dims.every((size, i) => size < 0 || size === dims[i]);
  if (!fits) throw new Error(`${side} ${name} has the shape [${info.dims}], not [${dims}]`);
};

/** Names, types and shapes of a session's inputs or outputs, in the model's order. */
const describe = (session: Pointer, side: 'Input' | 'Output'): TensorInfo[] => {
  const count = callFor<number>(`SessionGet${side}Count`, session);
  return Array.from({ length: count }, (_, index) => {
    const name = takeString(callFor(`SessionGet${side}Name`, session, index, allocator()), allocator());
    using info = new Handle(callFor(`SessionGet${side}TypeInfo`, session, index), 'ReleaseTypeInfo');
    // Null for sequences and maps, which classical models give.
    const tensor = callFor<Pointer | null>('CastTypeInfoToTensorInfo', info.pointer);
    if (tensor === null) throw new Error(`the model's ${side.toLowerCase()} ${name} is no tensor`);
    return { name, ...readShape(tensor) };
  });
};
