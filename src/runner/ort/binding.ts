/** A session's inputs and outputs bound to memory that stays: for models that are run again and again on it. */
import { Handle } from './handle.js';
import { call, callAsync, callFor } from './library.js';
import type { OrtSession } from './ort-session.js';
import type { Value } from './tensor.js';

export class Binding {
  readonly #session: OrtSession;
  readonly #handle: Handle;
  /** What is bound lives as long as its binding. */
  readonly #held = new Map<string, Value>();

  constructor(session: OrtSession) {
    this.#session = session;
    this.#handle = new Handle(callFor('CreateIoBinding', session.pointer), 'ReleaseIoBinding');
  }

  /** Binds an input, in place of what was bound before. The value stays the caller's to dispose, after the last run. */
  input(name: string, value: Value): void {
    this.#session.checkInput(name, value);
    this.#held.set(name, value);
    call('BindInput', this.#handle.pointer, name, value.pointer);
  }

  /** Binds an output; a value that is bound as input too is updated in place, where the model allows that. */
  output(name: string, value: Value): void {
    if (!this.#session.outputs.some((output) => output.name === name))
      throw new Error(`the model has no output ${name}`);
    this.#held.set(`output ${name}`, value);
    call('BindOutput', this.#handle.pointer, name, value.pointer);
  }

  /** Runs on a thread of the pool. Nothing bound may change until the promise settles. */
  async run(): Promise<void> {
    using options = new Handle(callFor('CreateRunOptions'), 'ReleaseRunOptions');
    const { pointer } = this.#handle;
    if (this.#session.onDevice) call('SynchronizeBoundInputs', pointer);
    await callAsync('RunWithBinding', this.#session.pointer, options.pointer, pointer);
    if (this.#session.onDevice) call('SynchronizeBoundOutputs', pointer);
  }

  dispose(): void {
    this.#handle.dispose();
    this.#held.clear();
  }
}
