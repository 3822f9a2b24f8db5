/** One of a prompt's texts on its way to the client: told piece by piece, calls apart from content. */
import { randomBytes } from 'node:crypto';
import type { CallFormat } from '../../src/runner/generate/call-format.js';
import { CallReader, type Told } from '../../src/runner/generate/call-reader.js';
import type { Piece, Sequence } from '../../src/runner/generate/sequence.js';
import type { GenerateTask } from '../../src/runner/pipeline.js';
import type { Generation, GenerationDelta, GenerationParams } from './schema.js';

interface ChoiceOptions {
  readonly index: number;
  readonly task: GenerateTask;
  readonly format: CallFormat;
}

export class Choice {
  readonly #sequence: Sequence;
  readonly #index: number;
  readonly #task: GenerateTask;
  readonly #streams: boolean;
  /** Only where something may be called: elsewhere a call's marks are text. */
  readonly #reader: CallReader | undefined;

  constructor(sequence: Sequence, { index, task, format }: ChoiceOptions) {
    const { stream, calls } = task.params as GenerationParams;
    this.#sequence = sequence;
    this.#index = index;
    this.#task = task;
    this.#streams = stream;
    this.#reader =
      calls &&
      new CallReader(format, {
        functions: calls.functions.map(({ name }) => name),
        newId: () => newId(format.idLength),
      });
  }

  hear({ text, logprobs }: Piece): void {
    this.#tell(this.#reader?.push(text) ?? { content: text, calls: [] }, logprobs);
  }

  end(): Generation {
    if (this.#reader) this.#tell(this.#reader.flush(), []);
    const { text, generatedTokens, finished, endedBy, logprobs } = this.#sequence;
    const calls = this.#reader?.calls ?? [];
    return {
      text: this.#reader?.content ?? text,
      tokens: generatedTokens,
      finishReason: finished === 'stop' && calls.length > 0 ? 'tool_calls' : finished!,
      ...(endedBy ? { endedBy } : {}),
      ...(calls.length > 0 ? { calls } : {}),
      ...(logprobs ? { logprobs } : {}),
    };
  }

  #tell({ content, calls }: Told, logprobs: Piece['logprobs']): void {
    if (!this.#streams || (content === '' && calls.length === 0 && logprobs.length === 0)) return;
    const delta: GenerationDelta = {
      choice: this.#index,
      text: content,
      ...(calls.length > 0 ? { calls } : {}),
      ...(logprobs.length > 0 ? { logprobs } : {}),
    };
    this.#task.delta(delta);
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits alone: templates of Mistral's refuse others. */
const newId = (length: number): string =>
  Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join('');
