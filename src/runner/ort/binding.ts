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

  /** Binds an output; a value that is bound as input too is updated in place, where the model allows that. */
  output(name: string, value: Value): void {
    this.#assertIdle();
    this.#session.checkOutput(name, value);
    call('BindOutput', this.#handle.pointer, name, value.pointer);
    this.#held.set(`output ${name}`, value);
  }

  /** Runs on a thread of the pool, with everything bound. Nothing bound may change until the promise settles. */
  async run(): Promise<void> {
    this.#assertIdle();
    const { pointer } = this.#handle;
    if (!this.#complete) this.#complete = this.#checkComplete();
    using _session = this.#session.handle.hold();
    using _binding = this.#handle.hold();
    using options = new Handle(callFor('CreateRunOptions'), 'ReleaseRunOptions');
    this.#running = true;
    try {
      if (this.#session.onDevice) call('SynchronizeBoundInputs', pointer);
      await callAsync('RunWithBinding', this.#session.handle.pointer, options.pointer, pointer);
      if (this.#session.onDevice) call('SynchronizeBoundOutputs', pointer);
    } finally {
      this.#running = false;
    }
  }

  dispose(): void {
    this.#handle.dispose();
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
