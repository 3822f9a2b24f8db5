/** The special tokens of a Whisper model and what a request's wishes come to in them. */
import { show, TaskwireError } from '../../src/errors.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import type { AsrParams } from './schema.js';

interface GenerationConfig {
  readonly suppress_tokens?: readonly number[] | null;
  readonly begin_suppress_tokens?: readonly number[] | null;
  readonly max_initial_timestamp_index?: number | null;
  /** [layer, head] of the heads that follow the sound. */
  readonly alignment_heads?: readonly (readonly [number, number])[];
}

export class WhisperTokens {
  readonly end: number;
  readonly start: number;
  readonly noTimestamps: number;
  /** Id of `<|0.00|>`; every further one stands for 20 ms more. */
  readonly time: number;
  readonly noSpeech: number;
  /** Ids by code; empty in a model of English alone. */
  readonly languages: ReadonlyMap<string, number>;
  /** Never written. */
  readonly suppressed: readonly number[];
  /** Never written first. */
  readonly suppressedFirst: readonly number[];
  /** The latest that the first timestamp may be, in steps of 20 ms. */
  readonly maxFirstTime: number | undefined;
  readonly alignmentHeads: GenerationConfig['alignment_heads'];
  readonly #tokenizer: Tokenizer;

  private constructor(tokenizer: Tokenizer, config: GenerationConfig, path: string) {
    const id = (token: string): number => {
      const found = tokenizer.id(token);
      if (found === undefined) throw new Error(`${path}: the tokenizer has no ${token}`);
      return found;
    };
    this.#tokenizer = tokenizer;
    this.end = id('<|endoftext|>');
    this.start = id('<|startoftranscript|>');
    this.noTimestamps = id('<|notimestamps|>');
    this.time = this.noTimestamps + 1;
    // `<|nospeech|>` or, in older files, `<|nocaptions|>`.
    this.noSpeech = this.noTimestamps - 1;
    this.languages = languagesBetween(tokenizer, this.start + 1, id('<|translate|>'));
    this.suppressed = config.suppress_tokens ?? [];
    this.suppressedFirst = config.begin_suppress_tokens ?? [];
    this.maxFirstTime = config.max_initial_timestamp_index ?? undefined;
    this.alignmentHeads = config.alignment_heads;
  }

  static open(model: ModelFolder): WhisperTokens {
    const config = model.json<GenerationConfig>('generation_config.json') ?? model.config<GenerationConfig>();
    return new WhisperTokens(Tokenizer.open(model), config, model.path);
  }

  /** What the decoder reads before it writes; the language is missing where it has to be heard. */
  prompt(language: string | undefined, task: AsrParams['task'], withTimes: boolean): number[] {
    const asked = this.languages.size === 0 ? [] : [this.languages.get(language ?? '')!, this.#task(task)];
    return [this.start, ...asked, ...(withTimes ? [] : [this.noTimestamps])];
  }

  /** What the decoder reads before the prompt of the first window: text that may have come before, its last tokens. */
  async previous(text: string, maxTokens: number): Promise<readonly number[]> {
    const mark = this.#tokenizer.id('<|startofprev|>');
    if (mark === undefined || text.trim() === '') return [];
    const ids = await this.#tokenizer.ids(` ${text.trim()}`);
    return [mark, ...ids.filter((id) => id < this.end).slice(-maxTokens)];
  }

  /** The code of a language given as a code, a locale or an English name. Throws `invalid_field` for others. */
  languageOf(wanted: string): string {
    const codes = this.languages.size === 0 ? ['en'] : [...this.languages.keys()];
    const lower = wanted.trim().toLowerCase();
    const names = new Intl.DisplayNames('en', { type: 'language' });
    const found =
      codes.find((code) => code === lower) ??
      codes.find((code) => names.of(code)?.toLowerCase() === lower) ??
      codes.find((code) => code === lower.split(/[-_]/)[0]);
    if (found) return found;
    throw new TaskwireError('invalid_field', {
      param: 'language',
      message: 'The model does not know this language.',
      got: show(wanted),
      allowed: codes.join(', '),
    });
  }

  isTime(id: number): boolean {
    return id >= this.time;
  }

  /** Special tokens and times left out. */
  text(ids: readonly number[]): string {
    return this.#tokenizer.decodeTokens(
      ids.filter((id) => id < this.end).map((id) => this.#tokenizer.token(id) ?? ''),
    );
  }

  #task(task: AsrParams['task']): number {
    return this.#tokenizer.id(`<|${task}|>`)!;
  }
}

/** They stand between the beginning and the tasks, one to a code. */
const languagesBetween = (tokenizer: Tokenizer, from: number, to: number): ReadonlyMap<string, number> => {
  const languages = new Map<string, number>();
  for (let id = from; id < to; id++) {
    const [, code] = /^<\|([a-z]{2,3})\|>$/.exec(tokenizer.token(id) ?? '') ?? [];
    if (code) languages.set(code, id);
  }
  return languages;
};
