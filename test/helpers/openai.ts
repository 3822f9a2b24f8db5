/** OpenAI's dialect in tests: a service with a scripted writer, and what its answers are made of. */
import { tasks } from '../../tasks/index.js';
import { type Answer, type Served, type ServeOptions, serve } from './serve.js';

export const hello = [{ role: 'user', content: 'Hello' }];

export const usage = (prompt: number, completion: number, cached = 0) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: { cached_tokens: cached },
});

export const eventsOf = (text: string): unknown[] =>
  text
    .split('\n\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice(6))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)));

export interface ServedOpenAi extends Served {
  /** What the runner got last. */
  sent(): { readonly input: unknown; readonly params: unknown };
  /** To the task's default model, unless the body names one. */
  ask(path: string, body: object, headers?: Record<string, string>): Promise<Answer>;
}

export const serveOpenAi = async (options: ServeOptions = {}): Promise<ServedOpenAi> => {
  const models = {
    'test/writer': { task: 'text-generation', default: true },
    'test/vectors': { task: 'embeddings', default: true },
    'test/ears': { task: 'asr', default: true },
  };
  const service = await serve({ tasks, models, ...options });
  return {
    ...service,
    sent: () => {
      const { input, params } = service.runners.last.batches.at(-1)![0]!;
      return { input, params };
    },
    ask: (path, body, headers = {}) => service.post(path, body, headers),
  };
};
