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
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Whether a provider other than the CPU computes. */
  readonly onDevice: boolean;
  readonly #handle: Handle;

  private constructor(handle: Handle, onDevice: boolean) {
    this.#handle = handle;
    this.onDevice = onDevice;
    const { pointer } = handle;
    this.inputs = describe(pointer, 'Input');
    this.outputs = describe(pointer, 'Output');
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
    const checked = this.inputs.map(({ name }) => this.#checkFeed(name, feeds[name]));
    using binding = new Handle(callFor('CreateIoBinding', this.#handle.pointer), 'ReleaseIoBinding');
    using runOptions = new Handle(callFor('CreateRunOptions'), 'ReleaseRunOptions');
    // The binding shares ownership of a value, but the memory behind it is the arrays': they must live until the end.
    const values = checked.map((feed) => new TensorValue(feed));
    for (const [i, { name }] of this.inputs.entries())
      call('BindInput', binding.pointer, name, values[i]!.pointer);
    for (const { name } of this.outputs) call('BindOutputToDevice', binding.pointer, name, cpuMemoryInfo());
    const terminate = () => call('RunOptionsSetTerminate', runOptions.pointer);
    signal?.addEventListener('abort', terminate, { once: true });
    try {
      if (this.onDevice) call('SynchronizeBoundInputs', binding.pointer);
      await callAsync('RunWithBinding', this.#handle.pointer, runOptions.pointer, binding.pointer);
      if (this.onDevice) call('SynchronizeBoundOutputs', binding.pointer);
      return this.#takeOutputs(binding.pointer);
    } finally {
      signal?.removeEventListener('abort', terminate);
      for (const value of values) value.dispose();
    }
  }

  /** For what else is made of a session (its bindings); throws after disposal. */
  get pointer(): Pointer {
    return this.#handle.pointer;
  }

  /** An allocator of the device's own memory; released with the session. */
  deviceAllocator(memory: string): Pointer {
    const info = callFor(
      'CreateMemoryInfo',
      memory,
      /* device allocator */ 0,
      /* device */ 0,
      /* default memory */ 0,
    );
    return callFor('CreateAllocator', this.pointer, info);
  }

  /** Throws unless the model has this input, of this type and a shape that fits. */
  checkInput(name: string, { type, dims }: Pick<Tensor, 'type' | 'dims'>): void {
    const info = this.inputs.find((input) => input.name === name);
    if (!info) throw new Error(`the model has no input ${name}`);
    if (type !== info.type) throw new Error(`input ${name} is ${info.type}, not ${type}`);
    const fits =
      dims.length === info.dims.length && info.dims.every((size, i) => size < 0 || size === dims[i]);
    if (!fits) throw new Error(`input ${name} has the shape [${info.dims}], not [${dims}]`);
  }

  dispose(): void {
    this.#handle.dispose();
  }

  #checkFeed(name: string, feed: Tensor | undefined): Tensor {
    if (!feed) throw new Error(`the model's input ${name} was not fed`);
    this.checkInput(name, feed);
    return feed;
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

/** Names, types and shapes of a session's inputs or outputs, in the model's order. */
const describe = (session: Pointer, side: 'Input' | 'Output'): TensorInfo[] => {
  const count = callFor<number>(`SessionGet${side}Count`, session);
  return Array.from({ length: count }, (_, index) => {
    const name = takeString(callFor(`SessionGet${side}Name`, session, index, allocator()), allocator());
    const info = callFor(`SessionGet${side}TypeInfo`, session, index);
    try {
      return { name, ...readShape(callFor('CastTypeInfoToTensorInfo', info)) };
    } finally {
      release('ReleaseTypeInfo', info);
    }
  });
};
