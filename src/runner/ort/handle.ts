/** Something that ONNX Runtime made for us and that must be given back, once. */
import { type Pointer, type ReleaseName, release } from './library.js';

export class Handle implements Disposable {
  #pointer: Pointer | undefined;
  readonly #release: ReleaseName;
  /** What this one is made of must outlive it. */
  readonly #owner: Disposable | undefined;
  #disposed = false;
  #holds = 0;

  constructor(pointer: Pointer, releaseName: ReleaseName, owner?: Handle) {
    this.#owner = owner?.hold();
    this.#pointer = pointer;
    this.#release = releaseName;
  }

  /** The address. Throws after disposal: a pointer must not be used again. */
  get pointer(): Pointer {
    if (this.#disposed) throw new Error(`used after ${this.#release}: this is a bug`);
    return this.#pointer!;
  }

  /** Keeps it in memory, over a run on another thread or for something made of it, even if it is disposed of. */
  hold(): Disposable {
    if (this.#disposed) throw new Error(`used after ${this.#release}: this is a bug`);
    this.#holds++;
    return {
      [Symbol.dispose]: () => {
        this.#holds--;
        this.#giveBack();
      },
    };
  }

  /** Ends its use; a second time does nothing. It is given back once nothing holds it. */
  dispose(): void {
    this.#disposed = true;
    this.#giveBack();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #giveBack(): void {
    const pointer = this.#pointer;
    if (!this.#disposed || this.#holds > 0 || pointer === undefined) return;
    this.#pointer = undefined;
    release(this.#release, pointer);
    this.#owner?.[Symbol.dispose]();
  }
}
