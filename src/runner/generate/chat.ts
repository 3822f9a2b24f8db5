/** Conversations as the model was trained to read them: its own chat template, rendered. */
import { Template } from '@huggingface/jinja';
import { TaskwireError } from '../../errors.js';
import type { ModelFolder } from '../model-folder.js';
import type { Tokenizer } from '../tokenizer.js';

interface TemplateConfig {
  readonly chat_template?: string | ReadonlyArray<{ readonly name: string; readonly template: string }>;
  readonly bos_token?: string | { readonly content: string } | null;
  readonly eos_token?: string | { readonly content: string } | null;
}

export type RenderChat = (messages: ReadonlyArray<Readonly<Record<string, unknown>>>) => string;

/** The text for a conversation, ending where the assistant's turn begins. Throws when the template refuses. */
export const openChatTemplate = (model: ModelFolder, tokenizer: Tokenizer): RenderChat => {
  const config = tokenizer.config as TemplateConfig;
  const source = templateSource(model, config);
  const template = source === undefined ? undefined : new Template(source);
  return (messages) => {
    if (!template) {
      throw new TaskwireError('invalid_field', {
        param: 'messages',
        message: 'This model has no chat template: it continues texts and does not converse.',
        allowed: 'prompt',
      });
    }
    try {
      return template.render({
        messages,
        add_generation_prompt: true,
        bos_token: content(config.bos_token),
        eos_token: content(config.eos_token),
      });
    } catch (error) {
      // Templates refuse by raising, for example when roles do not alternate; their words are meant for the caller.
      const why = error instanceof Error ? error.message : String(error);
      throw new TaskwireError('invalid_field', {
        param: 'messages',
        message: `The model's chat template refuses: ${why}.`,
      });
    }
  };
};

/** Newer models keep it in a file of its own. */
const templateSource = (
  model: ModelFolder,
  { chat_template: inConfig }: TemplateConfig,
): string | undefined => {
  const file =
    model.text('chat_template.jinja') ??
    model.json<{ chat_template?: string }>('chat_template.json')?.chat_template;
  if (file !== undefined || inConfig === undefined || typeof inConfig === 'string')
    return file ?? (inConfig as string | undefined);
  return (inConfig.find(({ name }) => name === 'default') ?? inConfig[0])?.template;
};

const content = (token: TemplateConfig['bos_token']): string =>
  typeof token === 'object' ? (token?.content ?? '') : (token ?? '');
