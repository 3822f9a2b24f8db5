/** What a CTC model's frames say: the best label of each, repetitions joined, blanks left out, words with their times. */
import type { ModelFolder } from '../../src/runner/model-folder.js';
import { compressionRatio } from './recognizer.js';
import type { Segment, Word } from './schema.js';

export interface CtcVocabulary {
  /** Text of each label, a word delimiter as a space; `undefined` for labels that stand for no text. */
  readonly texts: readonly (string | undefined)[];
  readonly blank: number;
}

interface TokenizerFile {
  readonly model?: {
    readonly vocab?: Readonly<Record<string, number>> | readonly (readonly [string, number])[];
  };
  readonly added_tokens?: readonly {
    readonly id: number;
    readonly content: string;
    readonly special: boolean;
  }[];
}

type TokenField = string | { readonly content: string } | null | undefined;

interface TokenizerConfig {
  readonly pad_token?: TokenField;
  readonly word_delimiter_token?: TokenField;
  readonly do_lower_case?: boolean;
}

/** From tokenizer.json, or from wav2vec2's older vocab.json. */
export const readVocabulary = (model: ModelFolder): CtcVocabulary => {
  const file = model.json<TokenizerFile>('tokenizer.json');
  const config = model.json<TokenizerConfig>('tokenizer_config.json') ?? {};
  const ids = new Map(entriesOf(file?.model?.vocab ?? model.json<Record<string, number>>('vocab.json')));
  for (const { id, content } of file?.added_tokens ?? []) ids.set(content, id);
  const pad = contentOf(config.pad_token) ?? '<pad>';
  const delimiter = contentOf(config.word_delimiter_token) ?? '|';
  const blank = ids.get(pad) ?? model.config<{ pad_token_id?: number }>().pad_token_id;
  if (ids.size === 0 || blank === undefined)
    throw new Error(`${model.path} has no CTC vocabulary with a blank`);
  const special = new Set(file?.added_tokens?.filter((token) => token.special).map((token) => token.id));
  const texts: (string | undefined)[] = [];
  for (const [token, id] of ids) {
    // `<s>`, `</s>` and `<unk>` are not always marked as special.
    if (id === blank || special.has(id) || /^<.*>$/.test(token)) continue;
    const text = token === delimiter ? ' ' : token.replaceAll('▁', ' ');
    texts[id] = config.do_lower_case ? text.toLowerCase() : text;
  }
  return { texts, blank };
};

const entriesOf = (
  vocab: Readonly<Record<string, number>> | readonly (readonly [string, number])[] | undefined,
): [string, number][] =>
  Array.isArray(vocab)
    ? vocab.map(([token], id) => [token, id])
    : Object.entries((vocab as Record<string, number> | undefined) ?? {});

const contentOf = (token: TokenField): string | undefined =>
  typeof token === 'object' ? token?.content : token;

/** A label that was heard, in frames since the beginning. */
interface Heard {
  readonly id: number;
  readonly from: number;
  to: number;
  readonly logprob: number;
}

/** Collects frames in order, window after window. */
export class CtcDecoder {
  readonly #blank: number;
  readonly #heard: Heard[] = [];
  #previous: number;
  #frames = 0;

  constructor(blank: number) {
    this.#blank = blank;
    this.#previous = blank;
  }

  get heard(): readonly Heard[] {
    return this.#heard;
  }

  get frames(): number {
    return this.#frames;
  }

  /** `logits` is [frames, labels]. */
  push(logits: Float32Array, labels: number): void {
    for (let at = 0; at < logits.length; at += labels, this.#frames++) {
      const frame = logits.subarray(at, at + labels);
      const id = best(frame);
      if (id !== this.#blank) {
        if (id === this.#previous) this.#heard.at(-1)!.to = this.#frames + 1;
        else
          this.#heard.push({ id, from: this.#frames, to: this.#frames + 1, logprob: logprobOf(frame, id) });
      }
      this.#previous = id;
    }
  }
}

const best = (frame: Float32Array): number => {
  let id = 0;
  for (let i = 1; i < frame.length; i++) if (frame[i]! > frame[id]!) id = i;
  return id;
};

const logprobOf = (frame: Float32Array, id: number): number => {
  let sum = 0;
  for (const value of frame) sum += Math.exp(value - frame[id]!);
  return -Math.log(sum);
};

/** A silence that ends a segment. */
const pauseSeconds = 1;

/** Words with times, by the frames of their labels; a word ends at a space or a long pause. */
export const segmentsOf = (
  heard: readonly Heard[],
  { texts }: CtcVocabulary,
  secondsPerFrame: number,
  withWords: boolean,
): Segment[] => {
  const segments: Segment[] = [];
  let open: Spoken[] = [];
  const close = () => {
    if (open.some(({ text }) => text.trim() !== ''))
      segments.push(toSegment(open, secondsPerFrame, withWords));
    open = [];
  };
  let lastEnd: number | undefined;
  for (const label of heard) {
    const text = texts[label.id];
    if (text === undefined) continue;
    if (text.trim() !== '') {
      if (lastEnd !== undefined && (label.from - lastEnd) * secondsPerFrame >= pauseSeconds) close();
      lastEnd = label.to;
    }
    open.push({ ...label, text });
  }
  close();
  return segments;
};

interface Spoken extends Heard {
  readonly text: string;
}

const toSegment = (spoken: readonly Spoken[], secondsPerFrame: number, withWords: boolean): Segment => {
  const words = toWords(spoken, secondsPerFrame);
  // A space at its front keeps it apart from the segment before it, where the language has spaces at all.
  const text = spoken.map((label) => label.text).join('');
  const logprobs = spoken.map((label) => label.logprob);
  return {
    start: words[0]!.start,
    end: words.at(-1)!.end,
    text,
    tokens: spoken.map((label) => label.id),
    seek: 0,
    temperature: 0,
    avgLogprob: logprobs.reduce((a, b) => a + b, 0) / logprobs.length,
    compressionRatio: compressionRatio(text.trim()),
    noSpeechProb: undefined,
    words: withWords ? words : undefined,
  };
};

const toWords = (spoken: readonly Spoken[], secondsPerFrame: number): Word[] => {
  const groups: Spoken[][] = [];
  let apart = true;
  for (const label of spoken) {
    const said = label.text.trim() !== '';
    if (said && (apart || /^\s/.test(label.text))) groups.push([]);
    if (said) groups.at(-1)!.push(label);
    apart = !said || /\s$/.test(label.text);
  }
  return groups.map((group) => ({
    word: group
      .map((label) => label.text)
      .join('')
      .trim(),
    start: group[0]!.from * secondsPerFrame,
    end: group.at(-1)!.to * secondsPerFrame,
    probability: Math.exp(group.reduce((sum, label) => sum + label.logprob, 0) / group.length),
  }));
};
