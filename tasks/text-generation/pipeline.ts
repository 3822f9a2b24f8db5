/** Text generation in the runner: prompts to token ids, then one step after another until every text has ended. */
import { randomBytes } from 'node:crypto';
import { TaskwireError } from '../../src/errors.js';
import { CachedDecoder, type DecoderConfig, type Past } from '../../src/runner/generate/cached-decoder.js';
import { openChatTemplate, type RenderChat } from '../../src/runner/generate/chat.js';
import { Sequence } from '../../src/runner/generate/sequence.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { GeneratePipeline, GenerateTask, OpenPipeline } from '../../src/runner/pipeline.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import type { GenerationInput, GenerationParams, Generations } from './schema.js';

interface GeneratorConfig extends DecoderConfig {
  readonly max_position_embeddings?: number;
  readonly eos_token_id?: number | readonly number[] | null;
}

/** Texts that make progress side by side, a step each in turn. */
const slots = 16;

export const open: OpenPipeline = async (model, { openSession, hasPart }) => {
  const config = model.config<GeneratorConfig>();
  const contextTokens =
    (model.options.context_window as number | undefined) ?? config.max_position_embeddings ?? 2048;
  const tokenizer = Tokenizer.open(model, contextTokens);
  const renderChat = openChatTemplate(model, tokenizer);
  const decoder = new CachedDecoder(
    await openSession(hasPart('model') ? 'model' : 'decoder_model_merged'),
    config,
  );
  const endIds = endTokens(model, config);

  const pipeline: GeneratePipeline = {
    kind: 'generate',
    slots,
    contextTokens,
    async generate(task) {
      const params = task.params as GenerationParams;
      const input = task.input as GenerationInput;
      const promptIds = await encodePrompt(input, tokenizer, renderChat);
      const room = contextTokens - promptIds.length;
      if (room < 1) throw tooLong(promptIds.length, contextTokens);
      const texts = Array.from({ length: params.n }, (_, choice) => {
        const { sampling, minTokens, ignoreEos, stop, logprobs } = params;
        return new Sequence({
          tokenizer,
          promptIds,
          continues: 'prompt' in input,
          sampling,
          seed: seedOf(params, choice),
          maxTokens: Math.min(params.maxTokens, room),
          minTokens,
          stop,
          endIds: ignoreEos ? new Set() : endIds,
          logprobs,
        });
      });
      await decode(task, decoder, promptIds, texts);
      const outputTokens = texts.reduce((sum, { tokens }) => sum + tokens.length, 0);
      return { value: answerOf(promptIds, texts), usage: { outputTokens } };
    },
    warmupInput: () => ({ input: { prompt: 'Warm up' }, params: warmupParams }),
  };
  return pipeline;
};

/** Reads the prompt once; every text goes on from there, a token each in turn. */
const decode = async (
  task: GenerateTask,
  decoder: CachedDecoder,
  promptIds: readonly number[],
  texts: readonly Sequence[],
): Promise<void> => {
  const { stream } = task.params as GenerationParams;
  const step = (choice: number, logits: Float32Array) => {
    const { text, logprobs } = texts[choice]!.accept(logits);
    if (stream && (text !== '' || logprobs.length > 0)) {
      task.delta({ choice, text, ...(logprobs.length > 0 ? { logprobs } : {}) });
    }
  };
  const prompt = await decoder.read(promptIds, decoder.empty, task.bill);
  task.measured({ inputTokens: promptIds.length });
  const pasts: Past[] = texts.map(() => prompt.past);
  for (const choice of texts.keys()) step(choice, prompt.logits.slice());
  while (texts.some(({ finished }) => !finished)) {
    for (const [choice, text] of texts.entries()) {
      if (task.signal.aborted) text.cancel();
      if (text.finished) continue;
      const { logits, past } = await decoder.read([text.last!], pasts[choice]!, task.bill);
      pasts[choice] = past;
      step(choice, logits);
    }
  }
};

const answerOf = (promptIds: readonly number[], texts: readonly Sequence[]): Generations => ({
  promptTokens: promptIds.length,
  choices: texts.map(({ text, tokens, finished, logprobs }) => ({
    text,
    tokens: tokens.length,
    finishReason: finished!,
    ...(logprobs ? { logprobs } : {}),
  })),
});

/** A chat template writes its special tokens itself; a bare prompt gets what the tokenizer puts before texts. */
const encodePrompt = async (
  input: GenerationInput,
  tokenizer: Tokenizer,
  renderChat: RenderChat,
): Promise<readonly number[]> => {
  if ('messages' in input) return tokenizer.ids(renderChat(input.messages));
  return (await tokenizer.encode(input.prompt, { maxTokens: Number.MAX_SAFE_INTEGER })).ids;
};

/** Every id that ends a text, from both places where models say so. */
const endTokens = (model: ModelFolder, config: GeneratorConfig): ReadonlySet<number> => {
  const generation = model.json<GeneratorConfig>('generation_config.json');
  return new Set(
    [config.eos_token_id, generation?.eos_token_id].flat().filter((id) => typeof id === 'number'),
  );
};

/** Each of a prompt's texts has a stream of its own; without a seed, a fresh one. */
const seedOf = ({ seed }: GenerationParams, choice: number): bigint =>
  seed === undefined ? randomBytes(8).readBigUInt64LE() : BigInt(seed) + (BigInt(choice) << 53n);

const tooLong = (tokens: number, contextTokens: number): TaskwireError =>
  new TaskwireError('context_too_long', {
    got: `${tokens} tokens`,
    allowed: `${contextTokens - 1} tokens, so that one more fits the model's window of ${contextTokens}`,
  });

const warmupParams: GenerationParams = {
  sampling: {
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    repetitionPenalty: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    logitBias: [],
  },
  maxTokens: 2,
  minTokens: 2,
  ignoreEos: true,
  stop: [],
  n: 1,
  seed: 0,
  logprobs: undefined,
  stream: false,
};
