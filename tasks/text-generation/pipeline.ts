/** Text generation in the runner: prompts to token ids, texts to the decoder's loop, tokens to text. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { TaskwireError } from '../../src/errors.js';
import { grammarPart } from '../../src/grammar/grammar.js';
import { type CallFormat, callsPart } from '../../src/runner/generate/call-format.js';
import { ChatTemplate } from '../../src/runner/generate/chat.js';
import { DecoderLoop, type DecodingJob } from '../../src/runner/generate/decoder-loop.js';
import { type GrammarSource, Grammars } from '../../src/runner/generate/grammars.js';
import {
  bytesPerToken,
  type CacheSize,
  type DecoderConfig,
  openKvStore,
  sizeCache,
  sizeFixedCache,
} from '../../src/runner/generate/kv-store.js';
import { greedySampling } from '../../src/runner/generate/sampler.js';
import { Sequence } from '../../src/runner/generate/sequence.js';
import { SharedPrefixes } from '../../src/runner/generate/shared-prefixes.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { GeneratePipeline, GenerateTask, OpenPipeline } from '../../src/runner/pipeline.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import { Choice } from './choice.js';
import type { GeneratorOptions } from './options-schema.js';
import { encodePrompt } from './prompt.js';
import { PromptScores } from './prompt-scores.js';
import type { GenerationInput, GenerationParams, Generations } from './schema.js';

interface GeneratorConfig extends DecoderConfig {
  readonly max_position_embeddings?: number;
  readonly eos_token_id?: number | readonly number[] | null;
}

/**
 * Prompts at the runner beside those that its slots hold: tokenized and ready for the next free one. All others wait in
 * the lane, where accounts take turns.
 */
const promptsAhead = 2;
const defaultWindow = 2048;

export const open: OpenPipeline = async (model, { openSession, hasPart, cacheBytes }) => {
  const config = model.config<GeneratorConfig>();
  const options = model.options as GeneratorOptions;
  const window = options.context_window ?? config.max_position_embeddings ?? defaultWindow;
  const tokenizer = Tokenizer.open(model, window);
  const chat = new ChatTemplate(model, tokenizer);
  tokenizer.speak(chat.callFormat.opener);
  tokenizer.speak(chat.callFormat.closer);
  const part = hasPart('model') ? 'model' : 'decoder_model_merged';
  const session = await openSession(part, { sideBySide: false });
  const halves = session.inputs.some(
    ({ name, type }) => name.startsWith('past_key_values.') && type === 'float16',
  );
  const wish = {
    affordable: Math.floor(cacheBytes / bytesPerToken(config, halves ? 2 : 4)),
    windowTokens: window,
    mostSlots: options.max_sequences,
  };
  const openStore = (size: CacheSize) =>
    openKvStore({ session, config, inPlace: updatesInPlace(model, part), size });
  const store = session.hasDeviceMemory
    ? await openStore(sizeFixedCache(wish))
    : await openStore(sizeCache(wish)).catch((error: unknown) => {
        // A system that counts addresses as if they were memory (strict overcommit, `ulimit -v`).
        if (!(error instanceof RangeError)) throw error;
        return openStore(sizeFixedCache({ ...wish, mostSlots: undefined }));
      });
  const loop = new DecoderLoop(store, { draftTokens: options.draft_tokens ?? 0 });
  const endIds = endTokens(model, config);
  const grammars = new Grammars(tokenizer, config.vocab_size);
  const sharedPrefixes = await SharedPrefixes.encode(options.shared_prefixes ?? [], tokenizer);

  const textsFor = async (task: GenerateTask, promptIds: readonly number[]): Promise<Sequence[]> => {
    const params = task.params as GenerationParams;
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
          continues: !('messages' in (task.input as GenerationInput)),
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
  };

  const pipeline: GeneratePipeline = {
    kind: 'generate',
    slots: store.slots + promptsAhead,
    contextTokens: store.capacity,
    tokenizer,
    cache: { slots: store.slots, capacityTokens: store.capacity, bytes: store.bytes },
    async generate(task) {
      const input = task.input as GenerationInput;
      const { truncatePromptTokens: mostTokens } = task.params as GenerationParams;
      const limits = { capacity: store.capacity, vocabulary: config.vocab_size, mostTokens };
      const promptIds = await encodePrompt(input, { tokenizer, chat, limits });
      const texts = await textsFor(task, promptIds);
      const choices = texts.map((text, index) => new Choice(text, { index, task, format: chat.callFormat }));
      const { promptLogprobs: alternatives, promptText } = task.params as GenerationParams;
      const scores =
        alternatives === undefined ? undefined : new PromptScores({ promptIds, alternatives, tokenizer });
      if (scores && !store.verify) throw lastOnly();
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
      const outputTokens = texts.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0);
      const value: Generations = {
        promptTokens: promptIds.length,
        cachedTokens,
        choices: choices.map((choice) => choice.end()),
        ...(promptText && 'promptIds' in input ? { promptText: textOf(promptIds, tokenizer) } : {}),
        ...(scores ? { promptLogprobs: scores.reports } : {}),
      };
      return { value, usage: { outputTokens } };
    },
    warmupInput: () => ({ input: { prompt: 'Warm up' }, params: warmupParams }),
  };
  return pipeline;
};

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

/** The operator's name stands in the graph; classic exports are made of smaller ones and return a longer cache. */
const updatesInPlace = (model: ModelFolder, part: string): boolean =>
  readFileSync(model.onnx(part)!).includes('GroupQueryAttention');

/** Every id that ends a text, from both places where models say so. */
const endTokens = (model: ModelFolder, config: GeneratorConfig): ReadonlySet<number> => {
  const generation = model.json<GeneratorConfig>('generation_config.json');
  return new Set(
    [config.eos_token_id, generation?.eos_token_id].flat().filter((id) => typeof id === 'number'),
  );
};

/** Each of a prompt's texts has a stream of its own; without a seed, a fresh one. */
const seedOf = (seed: number | undefined, choice: number): bigint =>
  seed === undefined ? randomBytes(8).readBigUInt64LE() : BigInt(seed) + (BigInt(choice) << 53n);

const warmupParams: GenerationParams = {
  sampling: greedySampling,
  maxTokens: 2,
  minTokens: 2,
  ignoreEos: true,
  stop: [],
  stopTokenIds: [],
  n: 1,
  seed: 0,
  logprobs: undefined,
  stream: false,
};
