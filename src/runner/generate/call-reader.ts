/** Tells a text's calls from its content, piece by piece, however the pieces are cut. */

import type { CallFormat } from './call-format.js';
import { CallScanner } from './call-scanner.js';

export interface CallDelta {
  /** Which call of the text. */
  readonly index: number;
  /** With a call's first word. */
  readonly id?: string;
  readonly name?: string;
  /** More of the arguments' JSON. */
  readonly arguments: string;
}

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What a piece of text was. */
export interface Told {
  readonly content: string;
  readonly calls: readonly CallDelta[];
}

/** What may stand between calls. */
const betweenCalls = /[\s[\],;]/;

export interface CallReaderOptions {
  /** Names of the functions that may be called. */
  readonly functions: readonly string[];
  readonly newId: () => string;
}

export class CallReader {
  readonly #format: CallFormat;
  readonly #options: CallReaderOptions;
  readonly #calls: Array<{ id: string; name: string; arguments: string }> = [];
  /** `content`: text; `calls`: behind an opener, outside of a call. */
  #state: 'content' | 'calls' = 'content';
  #scanner: CallScanner | undefined;
  /** Nothing but its looks says that it is a call: it may be an answer in JSON. */
  #isBare = false;
  /** What may be the beginning of a mark, or space that may stand before one. */
  #held = '';
  #content = '';
  #told: { content: string; calls: CallDelta[] } = { content: '', calls: [] };

  constructor(format: CallFormat, options: CallReaderOptions) {
    this.#format = format;
    this.#options = options;
  }

  get calls(): readonly Call[] {
    return this.#calls;
  }

  /** The text without its calls. */
  get content(): string {
    return this.#content;
  }

  push(text: string): Told {
    for (const character of text) this.#read(character);
    return this.#tell();
  }

  /** No more text comes: what was held back is told. */
  flush(): Told {
    const begun = this.#scanner;
    this.#scanner = undefined;
    // Behind a mark or a call it is a call that was cut off, which nobody can make.
    if (begun?.name === undefined && this.#isBare) this.#say(begun?.raw ?? '');
    if (this.#state === 'content' || !this.#calls.length) this.#say(this.#held);
    this.#held = '';
    return this.#tell();
  }

  #read(character: string): void {
    if (this.#scanner) this.#scan(this.#scanner, character);
    else if (this.#state === 'calls') this.#between(character);
    else this.#inContent(character);
  }

  #inContent(character: string): void {
    this.#held += character;
    const { opener, isBare } = this.#format;
    if (opener && this.#held.endsWith(opener)) {
      // Space before a call belongs to neither.
      this.#say(this.#held.slice(0, -opener.length).trimEnd());
      this.#held = '';
      this.#state = 'calls';
      return;
    }
    if (isBare && this.#content === '' && this.#held.trim() === '{') {
      this.#isBare = true;
      return this.#begin(character);
    }
    const held = heldLength(this.#held, opener);
    this.#say(this.#held.slice(0, this.#held.length - held));
    this.#held = this.#held.slice(this.#held.length - held);
  }

  #between(character: string): void {
    if (this.#held === '' && character === '{') {
      this.#isBare = false;
      return this.#begin(character);
    }
    if (this.#held === '' && betweenCalls.test(character)) return;
    this.#held += character;
    const marks = [this.#format.closer, this.#format.opener].filter((mark) => mark !== '');
    if (marks.includes(this.#held)) this.#held = '';
    if (marks.some((mark) => mark.startsWith(this.#held))) return;
    // Text again.
    const text = this.#held;
    this.#held = '';
    this.#state = 'content';
    for (const one of text) this.#inContent(one);
  }

  #begin(character: string): void {
    this.#held = '';
    this.#state = 'calls';
    this.#scanner = new CallScanner();
    this.#scan(this.#scanner, character);
  }

  #scan(scanner: CallScanner, character: string): void {
    const wasTold = scanner.name !== undefined;
    const { name, text } = scanner.push(character);
    if (scanner.isBroken || (this.#isBare && !this.#mayCall(scanner))) {
      this.#scanner = undefined;
      // Not a call after all. What has been told of it stays told.
      if (wasTold) return;
      this.#state = 'content';
      return this.#say(scanner.raw);
    }
    if (name !== undefined) {
      const call = { id: this.#options.newId(), name, arguments: '' };
      const index = this.#calls.push(call) - 1;
      this.#told.calls.push({ index, id: call.id, name, arguments: '' });
    }
    if (text) {
      const index = this.#calls.length - 1;
      this.#calls[index]!.arguments += text;
      this.#told.calls.push({ index, arguments: text });
    }
    if (scanner.isDone) this.#scanner = undefined;
  }

  #mayCall({ isStrange, name }: CallScanner): boolean {
    return name === undefined ? !isStrange : this.#options.functions.includes(name);
  }

  #say(text: string): void {
    // Space at the beginning may be all that stands before a call.
    const shown = this.#content === '' ? text.trimStart() : text;
    this.#content += shown;
    this.#told.content += shown;
  }

  #tell(): Told {
    const told = this.#told;
    this.#told = { content: '', calls: [] };
    return told;
  }
}

/** How much of a text's end may be space before a mark, or the beginning of one. */
const heldLength = (text: string, mark: string): number => {
  let partial = 0;
  for (let length = Math.min(text.length, mark.length - 1); length > 0 && partial === 0; length--)
    if (mark.startsWith(text.slice(-length))) partial = length;
  const rest = text.slice(0, text.length - partial);
  return partial + (rest.length - rest.trimEnd().length);
};
