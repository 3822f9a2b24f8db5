/** SQLite: its file belongs to threads of the store's own, so that no request waits on the disk. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TaskwireError } from '../errors.js';
import { TransientMap } from '../transient-map.js';
import type { Backend } from './store.js';
import { findVerb } from './verbs.js';
import type { Answer, Question, WorkerOptions } from './worker.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One thread with one connection. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new TransientMap<number, Waiting>();
  readonly #ended: Promise<unknown>;
  /** Asked in this turn of the event loop: they go together, since waking the thread costs more than a question. */
  #unsent: Question[] = [];
  #failure: Error | undefined;
  #nextId = 0;
  #isClosing = false;

  constructor(options: WorkerOptions) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
    this.#worker.unref();
    this.#worker.on('message', (answers: readonly Answer[]) => {
      for (const answer of answers) this.#take(answer);
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#ended.then(() => this.#fail(new Error('the store is closed')));
  }

  call(group: string, verb: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#isClosing) return Promise.reject(new Error('the store is closed'));
    const id = this.#nextId++;
    // Nobody is kept from ending by a store that has nothing to do.
    if (this.#waiting.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      if (this.#unsent.length === 0) setImmediate(() => this.#send());
      this.#unsent.push({ id, group, verb, args });
    });
  }

  /** Resolves when all that was asked is answered. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#worker.ref();
      this.#send();
      this.#worker.postMessage('close');
    }
    await this.#ended;
  }

  #send(): void {
    if (this.#unsent.length > 0) this.#worker.postMessage(this.#unsent);
    this.#unsent = [];
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('value' in answer) waiting?.resolve(answer.value);
    else if ('refusal' in answer) waiting?.reject(TaskwireError.fromMessage(answer.refusal));
    else waiting?.reject(new Error(answer.failure));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

export const openSqlite = async (file: string): Promise<Backend> => {
  mkdirSync(dirname(file), { recursive: true });
  // Password hashes are in it; SQLite gives its other files the same mode.
  closeSync(openSync(file, 'a', 0o600));
  const writer = new Thread({ file, role: 'writer' });
  // Its first answer comes when the tables are there.
  await writer.call('', 'ready', []);
  /** Begun by the first read. */
  let reader: Thread | undefined;
  let isClosed = false;
  return {
    call(group, verb, args) {
      if (findVerb(group, verb).kind !== 'read' || isClosed) return writer.call(group, verb, args);
      reader ??= new Thread({ file, role: 'reader' });
      return reader.call(group, verb, args);
    },
    async close() {
      isClosed = true;
      await reader?.close();
      await writer.close();
    },
  };
};
