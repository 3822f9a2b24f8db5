/** Text generation in the runner: opens a language model with all that its requests have in common. */
import { ChatTemplate } from '../../src/runner/generate/chat.js';
import { DecoderLoop } from '../../src/runner/generate/decoder-loop.js';
import { Grammars } from '../../src/runner/generate/grammars.js';
import type { DecoderConfig } from '../../src/runner/generate/kv-store.js';
import { greedySampling } from '../../src/runner/generate/sampler.js';
import { SharedPrefixes } from '../../src/runner/generate/shared-prefixes.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { GeneratePipeline, OpenPipeline } from '../../src/runner/pipeline.js';
import { Tokenizer } from '../../src/runner/tokenizer.js';
import { Generator } from './generator.js';
import { openDecoder } from './open-decoder.js';
import type { GeneratorOptions } from './options-schema.js';
import type { GenerationParams } from './schema.js';

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

export const open: OpenPipeline = async (model, context) => {
  const config = model.config<GeneratorConfig>();
  const options = model.options as GeneratorOptions;
  const window = options.context_window ?? config.max_position_embeddings ?? defaultWindow;
  const tokenizer = Tokenizer.open(model, window);
  const chat = new ChatTemplate(model, tokenizer);
  tokenizer.speak(chat.callFormat.opener);
  tokenizer.speak(chat.callFormat.closer);
  const store = await openDecoder(model, context, window);
  const generator = new Generator({
    store,
    loop: new DecoderLoop(store, { draftTokens: options.draft_tokens ?? 0 }),
    tokenizer,
    chat,
    grammars: new Grammars(tokenizer, config.vocab_size),
    sharedPrefixes: await SharedPrefixes.encode(options.shared_prefixes ?? [], tokenizer),
    vocabulary: config.vocab_size,
    endIds: endTokens(model, config),
  });
  const pipeline: GeneratePipeline = {
    kind: 'generate',
    slots: store.slots + promptsAhead,
    contextTokens: store.capacity,
    tokenizer,
    cache: { slots: store.slots, capacityTokens: store.capacity, bytes: store.bytes },
    generate: (task) => generator.generate(task),
    warmupInput: () => ({ input: { prompt: 'Warm up' }, params: warmupParams }),
  };
  return pipeline;
};

/** Every id that ends a text, from both places where models say so. */
const endTokens = (model: ModelFolder, config: GeneratorConfig): ReadonlySet<number> => {
  const generation = model.json<GeneratorConfig>('generation_config.json');
  return new Set(
    [config.eos_token_id, generation?.eos_token_id].flat().filter((id) => typeof id === 'number'),
  );
};

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
