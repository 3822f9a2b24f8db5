/** A session's inputs and outputs bound to memory that stays: for models that are run again and again on it. */
import { Handle } from './handle.js';
import { call, callFor, runWithBinding } from './library.js';
import type { OrtSession } from './ort-session.js';
import { newArray, type Tensor, type TensorData, TensorValue, type Value } from './tensor.js';

export class Binding {
  readonly #session: OrtSession;
  readonly #handle: Handle;
  /** What is bound lives as long as its binding. */
  readonly #held = new Map<string, Value>();
  /** Its own memory for inputs, by name. */
  readonly #rooms = new Map<string, TensorValue>();
  readonly #options = new Handle(callFor('CreateRunOptions'), 'ReleaseRunOptions');
  #running = false;
  /** Whether everything is bound: what is bound once is only replaced. */
  #complete = false;

  constructor(session: OrtSession) {
    this.#session = session;
    const { handle } = session;
    this.#handle = new Handle(callFor('CreateIoBinding', handle.pointer), 'ReleaseIoBinding', handle);
  }

  /** Binds an input, in place of what was bound before. The value stays the caller's to dispose, after the last run. */
  input(name: string, value: Value): void {
    this.#assertIdle();
    this.#session.checkInput(name, value);
    call('BindInput', this.#handle.pointer, name, value.pointer);
    this.#held.set(`input ${name}`, value);
  }

  /** Memory of the binding's own, bound as an input: the same as last time, with what is in it, while the shape is. */
  room({ name, type, dims }: Omit<Tensor, 'data'> & { readonly name: string }): TensorData {
    const known = this.#rooms.get(name);
    if (known && sameShape(known.dims, dims)) return known.data;
    const length = dims.reduce((a, b) => a * b, 1);
    const value = new TensorValue({ type, data: newArray(type, length), dims });
    this.input(name, value);
    known?.dispose();
    this.#rooms.set(name, value);
    return value.data;
  }

  /** Binds an output; a value that is bound as input too is updated in place, where the model allows that. */
  output(name: string, value: Value): void {
    this.#assertIdle();
    this.#session.checkOutput(name, value);
    call('BindOutput', this.#handle.pointer, name, value.pointer);
    this.#held.set(`output ${name}`, value);
  }

  /**
   * Runs with everything bound, on a thread of the pool. Nothing bound may change until the promise settles.
   * `blocking`: on this thread, which hears nothing until the call returns, and all is done.
   */
  async run({ blocking = false } = {}): Promise<void> {
    this.#assertIdle();
    const { pointer } = this.#handle;
    if (!this.#complete) this.#complete = this.#checkComplete();
    using _session = this.#session.handle.hold();
    using _binding = this.#handle.hold();
    using _options = this.#options.hold();
    this.#running = true;
    try {
      if (this.#session.onDevice) {
        // A device took its copy when it was bound.
        for (const [name, { pointer: value }] of this.#rooms) call('BindInput', pointer, name, value);
        call('SynchronizeBoundInputs', pointer);
      }
      await runWithBinding(this.#session.handle.pointer, this.#options.pointer, pointer, blocking);
      if (this.#session.onDevice) call('SynchronizeBoundOutputs', pointer);
    } finally {
      this.#running = false;
    }
  }

  dispose(): void {
    for (const owned of [this.#handle, this.#options, ...this.#rooms.values()]) owned.dispose();
  }

  #checkComplete(): true {
    for (const side of ['input', 'output'] as const) {
      const missing = this.#session[`${side}s`].find(({ name }) => !this.#held.has(`${side} ${name}`));
      if (missing) throw new Error(`the model's ${side} ${missing.name} was not bound`);
    }
    return true;
  }

  #assertIdle(): void {
    if (this.#running) throw new Error('a binding was touched while it runs: this is a bug');
  }
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);
