/** Something that ONNX Runtime made for us and that must be given back, once. */
import { type Pointer, type ReleaseName, release } from './library.js';

export class Handle implements Disposable {
  #pointer: Pointer | undefined;
  readonly #release: ReleaseName;

  constructor(pointer: Pointer, releaseName: ReleaseName) {
    this.#pointer = pointer;
    this.#release = releaseName;
  }

  /** The address. Throws after disposal: a pointer must not be used again. */
  get pointer(): Pointer {
    if (this.#pointer === undefined) throw new Error(`used after ${this.#release}: this is a bug`);
    return this.#pointer;
  }

  /** Gives it back; a second time is a programming error. */
  dispose(): void {
    const { pointer } = this;
    this.#pointer = undefined;
    release(this.#release, pointer);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
