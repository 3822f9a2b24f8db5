/** Conversations as the model was trained to read them: its own chat template, rendered. */
import { Template } from '@huggingface/jinja';
import { TaskwireError } from '../../errors.js';
import type { ModelFolder } from '../model-folder.js';
import type { Tokenizer } from '../tokenizer.js';
import { type CallFormat, callFormatOf, defaultCallFormat } from './call-format.js';
import { ControlTokens } from './control-tokens.js';
import { toolsInWords } from './tools-in-words.js';

export interface Message {
  readonly role: string;
  readonly content?: string | undefined;
  readonly name?: string | undefined;
  readonly tool_call_id?: string | undefined;
  readonly tool_calls?: ReadonlyArray<MessageCall> | undefined;
}

export interface MessageCall {
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Tool {
  readonly function: {
    readonly name: string;
    readonly description?: string | undefined;
    readonly parameters?: unknown;
  };
}

interface TemplateConfig {
  readonly chat_template?: string | ReadonlyArray<{ readonly name: string; readonly template: string }>;
  readonly bos_token?: string | { readonly content: string } | null;
  readonly eos_token?: string | { readonly content: string } | null;
}

/** Templates by name; most models have the default one alone, some another for tools. */
type Sources = ReadonlyMap<string, string>;

export class ChatTemplate {
  readonly #tokens: { readonly bos_token: string; readonly eos_token: string };
  readonly #default: Template | undefined;
  /** `undefined`: no template of the model says anything of tools. */
  readonly #withTools: Template | undefined;
  /** How the model calls functions. */
  readonly callFormat: CallFormat;
  readonly #controls: ControlTokens;

  constructor(model: ModelFolder, tokenizer: Tokenizer) {
    const config = tokenizer.config as TemplateConfig;
    this.#controls = new ControlTokens(tokenizer.specialTokens);
    const sources = templateSources(model, config);
    const source = sources.get('default') ?? [...sources.values()][0];
    const forTools = [sources.get('tool_use'), source].find((one) => one && callFormatOf(one));
    this.#tokens = { bos_token: content(config.bos_token), eos_token: content(config.eos_token) };
    this.#default = source === undefined ? undefined : new Template(source);
    this.#withTools = forTools === undefined ? undefined : new Template(forTools);
    this.callFormat = (forTools === undefined ? undefined : callFormatOf(forTools)) ?? defaultCallFormat;
  }

  /**
   * The text for a conversation, ending where the assistant's turn begins, in pieces to be tokenized one by one: no control
   * token is in them but the template's own. Throws when the template refuses.
   */
  render(messages: readonly Message[], tools: readonly Tool[] | undefined): readonly string[] {
    if (!this.#default) {
      throw new TaskwireError('invalid_field', {
        param: 'messages',
        message: 'This model has no chat template: it continues texts and does not converse.',
        allowed: 'prompt',
      });
    }
    // A template that says nothing of tools would pass over them, and over calls, without a word.
    const template = this.#withTools ?? this.#default;
    const controls = this.#controls;
    const shownTools = controls.marked(tools);
    const told = this.#withTools
      ? controls.marked(messages.map(withParsedCalls))
      : toolsInWords(controls.marked(messages), shownTools, this.callFormat);
    try {
      const text = (tools || !this.#withTools ? template : this.#default).render({
        messages: told.map((message) => ({ ...message, content: message.content ?? '' })),
        tools: (this.#withTools && shownTools) ?? null,
        add_generation_prompt: true,
        ...this.#tokens,
      });
      return controls.pieces(text);
    } catch (error) {
      // Templates refuse by raising, for example when roles do not alternate; their words are meant for the caller.
      const why = error instanceof Error ? error.message : String(error);
      throw new TaskwireError('invalid_field', {
        param: 'messages',
        message: `The model's chat template refuses: ${why}.`,
      });
    }
  }
}

/** Templates print arguments as objects. */
const withParsedCalls = (message: Message): Omit<Message, 'tool_calls'> => {
  if (!message.tool_calls) return message;
  const parsed = message.tool_calls.map((call) => ({
    ...call,
    type: 'function',
    function: { ...call.function, arguments: parsedOr(call.function.arguments) },
  }));
  return Object.assign({}, message, { tool_calls: parsed });
};

const parsedOr = (json: string): unknown => {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
};

/** Newer models keep it in a file of its own. */
const templateSources = (model: ModelFolder, { chat_template: inConfig }: TemplateConfig): Sources => {
  const file =
    model.text('chat_template.jinja') ??
    model.json<{ chat_template?: string }>('chat_template.json')?.chat_template;
  if (file !== undefined) return new Map([['default', file]]);
  if (inConfig === undefined) return new Map();
  if (typeof inConfig === 'string') return new Map([['default', inConfig]]);
  return new Map(inConfig.map(({ name, template }) => [name, template]));
};

const content = (token: TemplateConfig['bos_token']): string =>
  typeof token === 'object' ? (token?.content ?? '') : (token ?? '');
