/** What a model wants to stand before its texts, as sentence-transformers keeps it: instructions with names. */
import { show, TaskwireError } from '../errors.js';
import type { ModelFolder } from './model-folder.js';

interface PromptsFile {
  readonly prompts?: Readonly<Record<string, string>> | null;
  readonly default_prompt_name?: string | null;
}

export class Prompts {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #usual: string;

  private constructor({ prompts, default_prompt_name: usual }: PromptsFile) {
    this.#texts = new Map(Object.entries(prompts ?? {}));
    this.#usual = this.#texts.get(usual ?? '') ?? '';
  }

  static of(model: ModelFolder): Prompts {
    return new Prompts(model.json<PromptsFile>('config_sentence_transformers.json') ?? {});
  }

  /** The prompt of that name; without one, what the model has for texts that come without. */
  named(name: string | undefined): string {
    if (name === undefined) return this.#usual;
    const text = this.#texts.get(name);
    if (text !== undefined) return text;
    const allowed = [...this.#texts.keys()].map((known) => show(known)).join(', ');
    throw new TaskwireError('invalid_field', {
      param: 'prompt_name',
      got: show(name),
      allowed: allowed || 'none: this model has no prompts',
    });
  }
}
