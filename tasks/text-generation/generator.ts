/** A request for texts on its way through a model: its prompt to token ids, each text to the decoder's loop, tokens to text. */
import { randomBytes, randomUUID } from 'node:crypto';
import { TaskwireError } from '../../src/errors.js';
import { grammarPart } from '../../src/grammar/grammar.js';
import { type CallFormat, callsPart } from '../../src/runner/generate/call-format.js';
import type { ChatTemplate } from '../../src/runner/generate/chat.js';
import type { DecoderLoop, DecodingJob } from '../../src/runner/generate/decoder-loop.js';
import type { GrammarSource, Grammars } from '../../src/runner/generate/grammars.js';
import type { KvStore } from '../../src/runner/generate/kv-store.js';
import { Sequence } from '../../src/runner/generate/sequence.js';
import type { SharedPrefixes } from '../../src/runner/generate/shared-prefixes.js';
import type { Generated, GenerateTask } from '../../src/runner/pipeline.js';
import type { Tokenizer } from '../../src/runner/tokenizer.js';
import { Choice } from './choice.js';
import { encodePrompt } from './prompt.js';
import { PromptScores } from './prompt-scores.js';
import type { GenerationInput, GenerationParams, Generations } from './schema.js';

/** What a model's requests have in common. */
interface GeneratorParts {
  readonly store: KvStore;
  readonly loop: DecoderLoop;
  readonly tokenizer: Tokenizer;
  readonly chat: ChatTemplate;
  readonly grammars: Grammars;
  readonly sharedPrefixes: SharedPrefixes;
  readonly vocabulary: number;
  /** Every id that ends a text. */
  readonly endIds: ReadonlySet<number>;
}

/** A prompt and the texts that go on from it. */
interface Decoding {
  readonly promptIds: readonly number[];
  readonly texts: readonly Sequence[];
  /** `choices[i]` tells of `texts[i]`. */
  readonly choices: readonly Choice[];
  readonly scores: PromptScores | undefined;
}

export class Generator {
  readonly #parts: GeneratorParts;

  constructor(parts: GeneratorParts) {
    this.#parts = parts;
  }

  async generate(task: GenerateTask): Promise<Generated> {
    const { store, tokenizer, chat, vocabulary } = this.#parts;
    const input = task.input as GenerationInput;
    const params = task.params as GenerationParams;
    const limits = { capacity: store.capacity, vocabulary, mostTokens: params.truncatePromptTokens };
    const promptIds = await encodePrompt(input, { tokenizer, chat, limits });
    const texts = await this.#textsFor(input, params, promptIds);
    const choices = texts.map((text, index) => new Choice(text, { index, task, format: chat.callFormat }));
    const scores = this.#scoresFor(params, promptIds);
    const cachedTokens = await this.#decode(task, { promptIds, texts, choices, scores });
    const outputTokens = texts.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0);
    const value: Generations = {
      promptTokens: promptIds.length,
      cachedTokens,
      choices: choices.map((choice) => choice.end()),
      ...(params.promptText && 'promptIds' in input ? { promptText: textOf(promptIds, tokenizer) } : {}),
      ...(scores ? { promptLogprobs: scores.reports } : {}),
    };
    return { value, usage: { outputTokens } };
  }

  async #textsFor(
    input: GenerationInput,
    params: GenerationParams,
    promptIds: readonly number[],
  ): Promise<Sequence[]> {
    const { store, tokenizer, chat, grammars, endIds } = this.#parts;
    const { sampling, minTokens, maxTokens, ignoreEos, stop, stopTokenIds, logprobs, seed, n } = params;
    const source = sourceOf(params, chat.callFormat);
    const guides = source && (await grammars.open(source, n));
    const ends = new Set([...(ignoreEos ? [] : endIds), ...stopTokenIds]);
    return Array.from(
      { length: n },
      (_, choice) =>
        new Sequence({
          tokenizer,
          promptIds,
          continues: !('messages' in input),
          sampling,
          seed: seedOf(seed, choice),
          maxTokens: Math.min(maxTokens, store.capacity - promptIds.length),
          minTokens,
          stop,
          endIds: ends,
          logprobs,
          guide: guides?.[choice],
        }),
    );
  }

  #scoresFor(
    { promptLogprobs: alternatives }: GenerationParams,
    promptIds: readonly number[],
  ): PromptScores | undefined {
    if (alternatives === undefined) return undefined;
    const { store, tokenizer } = this.#parts;
    if (!store.verify) throw lastOnly();
    return new PromptScores({ promptIds, alternatives, tokenizer });
  }

  /** Until all texts have ended. Answers how many of the prompt's tokens were in the cache. */
  async #decode(task: GenerateTask, { promptIds, texts, choices, scores }: Decoding): Promise<number> {
    const { loop, sharedPrefixes } = this.#parts;
    // A prompt that is in the cache already would not be scored again.
    const sharedTokens = scores ? 0 : sharedPrefixes.tokensOf(promptIds);
    const scope = scores ? randomUUID() : task.scope;
    let cachedTokens = 0;
    let leader: DecodingJob | undefined;
    const running = texts.map((sequence, choice) => {
      const isFirst = choice === 0;
      const job: DecodingJob = {
        sequence,
        scope,
        priority: task.priority,
        sharedTokens,
        leader,
        signal: task.signal,
        onAdmitted(reused) {
          if (!isFirst) return;
          cachedTokens = reused;
          task.measured({ inputTokens: promptIds.length });
        },
        onPromptScores: scores && isFirst ? (past, rows) => scores.read(past, rows) : undefined,
        onPiece: (piece) => choices[choice]!.hear(piece),
        onBill: task.bill,
      };
      leader ??= job;
      return loop.generate(job);
    });
    await Promise.all(running);
    return cachedTokens;
  }
}

/** Special tokens left out. */
const textOf = (ids: readonly number[], tokenizer: Tokenizer): string =>
  tokenizer.decodeTokens(ids.flatMap((id) => tokenizer.visible(id)));

const lastOnly = (): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'prompt_logprobs',
    message:
      'This model was exported with the scores of the last token alone; those of a prompt are not known.',
    allowed: 'false',
  });

/** What a request's texts are held to, calls and content together. */
const sourceOf = ({ grammar, calls }: GenerationParams, format: CallFormat): GrammarSource | undefined => {
  const content = grammar && grammarPart(grammar.grammar, grammar.path);
  const key = JSON.stringify({ grammar, calls });
  if (calls) return { key, part: callsPart(format, calls, content), path: 'tools' };
  return content && { key, part: content, path: grammar!.path };
};

/** Each of a prompt's texts has a stream of its own; without a seed, a fresh one. */
const seedOf = (seed: number | undefined, choice: number): bigint =>
  seed === undefined ? randomBytes(8).readBigUInt64LE() : BigInt(seed) + (BigInt(choice) << 53n);
