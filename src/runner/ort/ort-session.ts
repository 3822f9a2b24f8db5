/** A model opened by ONNX Runtime: its inputs and outputs, and runs that leave the event loop free. */
import { Handle } from './handle.js';
import {
  call,
  callAsync,
  callFor,
  nativePath,
  type Pointer,
  release,
  takePointers,
  takeString,
} from './library.js';
import {
  copyTensor,
  cpuMemoryInfo,
  type ElementType,
  readShape,
  type Tensor,
  TensorValue,
} from './tensor.js';

export interface OrtSessionOptions {
  /** Names of ONNX Runtime's execution providers beside the CPU, which is always the last resort. */
  readonly providers: readonly string[];
  readonly threads: number;
}

export interface InputInfo {
  readonly name: string;
  readonly type: ElementType;
  /** -1 where any size goes. */
  readonly dims: readonly number[];
}

/** Errors only: warnings about graphs are not the operator's to act on. */
const logErrors = 3;
const optimizeAll = 99;

/**
 * Between two operators of a run its threads spin for a moment, which makes a lone run a sixth faster; after the run they
 * sleep. By default they would spin on, and several models on few cores starve each other (docs/bench-log.md).
 */
const threading = [
  ['session.intra_op.allow_spinning', '1'],
  ['session.intra_op.spin_duration_us', '20'],
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
  readonly inputs: readonly InputInfo[];
  readonly outputNames: readonly string[];
  readonly #handle: Handle;
  readonly #onDevice: boolean;

  private constructor(handle: Handle, onDevice: boolean) {
    this.#handle = handle;
    this.#onDevice = onDevice;
    const { pointer } = handle;
    this.inputs = range(callFor<number>('SessionGetInputCount', pointer)).map((i) => readInput(pointer, i));
    this.outputNames = range(callFor<number>('SessionGetOutputCount', pointer)).map((i) =>
      takeString(callFor('SessionGetOutputName', pointer, i, allocator()), allocator()),
    );
  }

  /** Throws an `OrtError` when the file is no model, or a provider cannot be had. */
  static async open(path: string, { providers, threads }: OrtSessionOptions): Promise<OrtSession> {
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
    await callAsync('CreateSession', environment(), nativePath(path), options.pointer, session);
    return new OrtSession(new Handle(session[0]!, 'ReleaseSession'), providers.length > 0);
  }

  /**
   * Runs once. `feeds` must name every input, with its type and a shape that fits; the arrays must not change until the
   * promise settles. A signal that fires ends the run early, which then throws.
   */
  async run(feeds: Readonly<Record<string, Tensor>>, signal?: AbortSignal): Promise<Record<string, Tensor>> {
    signal?.throwIfAborted();
    const checked = this.inputs.map((info) => checkFeed(info, feeds[info.name]));
    using binding = new Handle(callFor('CreateIoBinding', this.#handle.pointer), 'ReleaseIoBinding');
    using runOptions = new Handle(callFor('CreateRunOptions'), 'ReleaseRunOptions');
    // The binding shares ownership of a value, but the memory behind it is the arrays': they must live until the end.
    const values = checked.map((feed) => new TensorValue(feed));
    for (const [i, { name }] of this.inputs.entries())
      call('BindInput', binding.pointer, name, values[i]!.pointer);
    for (const name of this.outputNames) call('BindOutputToDevice', binding.pointer, name, cpuMemoryInfo());
    const terminate = () => call('RunOptionsSetTerminate', runOptions.pointer);
    signal?.addEventListener('abort', terminate, { once: true });
    try {
      if (this.#onDevice) call('SynchronizeBoundInputs', binding.pointer);
      await callAsync('RunWithBinding', this.#handle.pointer, runOptions.pointer, binding.pointer);
      if (this.#onDevice) call('SynchronizeBoundOutputs', binding.pointer);
      return this.#takeOutputs(binding.pointer);
    } finally {
      signal?.removeEventListener('abort', terminate);
      for (const value of values) value.dispose();
    }
  }

  dispose(): void {
    this.#handle.dispose();
  }

  #takeOutputs(binding: Pointer): Record<string, Tensor> {
    const array: [Pointer | null] = [null];
    const count: [number] = [0];
    call('GetBoundOutputValues', binding, allocator(), array, count);
    const values = takePointers(array[0]!, count[0], allocator());
    try {
      return Object.fromEntries(values.map((value, i) => [this.outputNames[i]!, copyTensor(value)]));
    } finally {
      for (const value of values) release('ReleaseValue', value);
    }
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const readInput = (session: Pointer, index: number): InputInfo => {
  const name = takeString(callFor('SessionGetInputName', session, index, allocator()), allocator());
  const info = callFor('SessionGetInputTypeInfo', session, index);
  try {
    return { name, ...readShape(callFor('CastTypeInfoToTensorInfo', info)) };
  } finally {
    release('ReleaseTypeInfo', info);
  }
};

const checkFeed = ({ name, type, dims }: InputInfo, feed: Tensor | undefined): Tensor => {
  if (!feed) throw new Error(`the model's input ${name} was not fed`);
  if (feed.type !== type) throw new Error(`input ${name} is ${type}, not ${feed.type}`);
  const fits = feed.dims.length === dims.length && dims.every((size, i) => size < 0 || size === feed.dims[i]);
  if (!fits) throw new Error(`input ${name} has the shape [${dims}], not [${feed.dims}]`);
  return feed;
};
