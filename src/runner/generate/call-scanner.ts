/** Reads one call as models write it, `{"name": …, "arguments": {…}}`, character by character as it comes. */

/** What a character has made known. */
export interface Heard {
  readonly name?: string;
  /** More of the arguments' JSON. */
  readonly text?: string;
}

/** What a call has beside its arguments. */
const otherKeys = new Set(['name', 'type', 'id']);
/** Llama says `parameters`. */
const argumentKeys = new Set(['arguments', 'parameters']);

export class CallScanner {
  /** Everything that was read. */
  raw = '';
  #state: 'start' | 'key' | 'in key' | 'colon' | 'value' | 'in value' | 'done' | 'broken' = 'start';
  #key = '';
  /** The key or value that is being read. */
  #piece = '';
  #nesting = new Nesting();
  #name: string | undefined;
  /** Arguments that came before the name. */
  #early = '';
  #hasArguments = false;
  #hasStrangeKey = false;

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** What was read can't become a call any more. */
  get isBroken(): boolean {
    return this.#state === 'broken';
  }

  /** It has a key that calls have not. */
  get isStrange(): boolean {
    return this.#hasStrangeKey;
  }

  get name(): string | undefined {
    return this.#name;
  }

  /** The first character is the opening brace; none comes after the closing one. */
  push(character: string): Heard {
    this.raw += character;
    switch (this.#state) {
      case 'start':
        this.#state = character === '{' ? 'key' : 'broken';
        return {};
      case 'key':
        return this.#between(character);
      case 'in key':
        return this.#inKey(character);
      case 'colon':
        if (character === ':') this.#state = 'value';
        else if (!isSpace(character)) this.#state = 'broken';
        return {};
      case 'value':
        if (isSpace(character)) return {};
        this.#begin('in value');
        return this.#inValue(character);
      case 'in value':
        return this.#inValue(character);
      default:
        return {};
    }
  }

  #begin(state: 'in key' | 'in value'): void {
    this.#state = state;
    this.#piece = '';
    this.#nesting = new Nesting();
  }

  /** Before a key, or behind the last value. */
  #between(character: string): Heard {
    if (character === '}') return this.#end();
    if (character === '"') {
      this.#begin('in key');
      return this.#inKey(character);
    }
    if (!isSpace(character) && character !== ',') this.#state = 'broken';
    return {};
  }

  #inKey(character: string): Heard {
    this.#piece += character;
    this.#nesting.push(character);
    if (!this.#nesting.isClosed) return {};
    this.#key = String(parsed(this.#piece));
    if (!argumentKeys.has(this.#key) && !otherKeys.has(this.#key)) this.#hasStrangeKey = true;
    this.#state = 'colon';
    return {};
  }

  #inValue(character: string): Heard {
    // A number or a word ends where something else begins.
    if (this.#nesting.isWord && /[\s,}]/.test(character)) {
      const heard = this.#endOfValue();
      return { ...heard, ...this.#between(character) };
    }
    this.#piece += character;
    this.#nesting.push(character);
    const text = argumentKeys.has(this.#key) && !this.#piece.startsWith('"') ? this.#hear(character) : {};
    return this.#nesting.isClosed ? { ...text, ...this.#endOfValue() } : text;
  }

  #endOfValue(): Heard {
    this.#state = 'key';
    if (argumentKeys.has(this.#key))
      return this.#piece.startsWith('"') ? this.#hear(unwrapped(this.#piece)) : {};
    if (this.#key !== 'name') return {};
    const name = parsed(this.#piece);
    if (typeof name !== 'string') {
      this.#state = 'broken';
      return {};
    }
    this.#name = name;
    return { name, ...(this.#early ? { text: this.#early } : {}) };
  }

  /** Arguments go out as they come, once it is known whose they are. */
  #hear(text: string): Heard {
    this.#hasArguments = true;
    if (this.#name !== undefined) return { text };
    this.#early += text;
    return {};
  }

  #end(): Heard {
    this.#state = this.#name === undefined ? 'broken' : 'done';
    return this.isBroken || this.#hasArguments ? {} : { text: '{}' };
  }
}

/** Where in a JSON value its last character stands. */
class Nesting {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #begun = false;
  /** A number, `true`, `null`: nothing marks its end. */
  isWord = false;

  get isClosed(): boolean {
    return this.#begun && !this.isWord && this.#depth === 0 && !this.#isInString;
  }

  push(character: string): void {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (character === '\\') this.#isEscaped = true;
      else if (character === '"') this.#isInString = false;
      return;
    }
    if (!this.#begun) this.isWord = !'"{['.includes(character);
    this.#begun = true;
    if (character === '"') this.#isInString = true;
    else if (character === '{' || character === '[') this.#depth++;
    else if (character === '}' || character === ']') this.#depth--;
  }
}

/** Some models write the arguments as a string that holds JSON. */
const unwrapped = (json: string): string => {
  const text = parsed(json);
  return typeof text === 'string' && parsed(text) !== undefined ? text : json;
};

const isSpace = (character: string): boolean => /\s/.test(character);

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
};
