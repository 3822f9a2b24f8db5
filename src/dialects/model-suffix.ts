/**
 * `<address of a model>/v1/chat/completions` and the like: Hugging Face's clients put OpenAI's routes behind whatever
 * address they are given.
 */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import { TgiStream, event as tgiEvent } from '../../tasks/text-generation/tgi-wire.js';
import { TaskwireError } from '../errors.js';
import type { Path } from '../infer.js';
import { taskNamed } from './model-path.js';
import { chat } from './openai/chat.js';
import { completions } from './openai/completions.js';
import type { Endpoint } from './openai/endpoint.js';
import { answerEndpoint } from './openai/index.js';

type CompletionRequest = z.output<typeof completions.request>;

/** Where nothing else is asked for, events carry TGI's fields too: some clients read those. */
const isPlain = ({ stream, echo, logprobs, stream_options: options }: CompletionRequest): boolean =>
  stream && !echo && logprobs === undefined && options === undefined;

const both: Endpoint<CompletionRequest> = {
  ...completions,
  event: z.union([completions.event!, tgiEvent]),
  // TGI's events name the tokens.
  toTask: (fields) => ({ ...completions.toTask(fields), ...(isPlain(fields) ? { logprobs: 0 } : {}) }),
  stream(fields, head) {
    if (!isPlain(fields)) return completions.stream!(fields, head);
    const stream = new TgiStream(head, { seed: fields.seed, n: fields.n });
    return (reply) => (reply.type === 'delta' || reply.type === 'result' ? stream.word(reply as never) : []);
  },
};

const behindModels: readonly Endpoint[] = [chat as Endpoint, both as Endpoint];

/** Every form of what may stand behind a model's address. */
export const suffixes: ReadonlyArray<{ readonly suffix: string; readonly endpoint: Endpoint }> =
  behindModels.flatMap((endpoint) =>
    ['/v1', ''].map((prefix) => ({ suffix: prefix + endpoint.route, endpoint })),
  );

export interface Suffixed {
  /** The model's id, or the name of a task. */
  readonly model: string;
  readonly endpoint: Endpoint;
}

export const readSuffix = (rest: string): Suffixed | undefined => {
  const found = suffixes.find(({ suffix }) => rest.endsWith(suffix) && rest.length > suffix.length);
  return found && { model: rest.slice(0, -found.suffix.length), endpoint: found.endpoint };
};

export const answerSuffixed = async (
  { req, res, path, tasks }: { req: Request; res: Response; path: Path; tasks: readonly Task[] },
  { model, endpoint }: Suffixed,
): Promise<void> => {
  const task = taskNamed(endpoint.task, tasks);
  if (!task) throw new TaskwireError('route_not_found', { message: `Nothing here serves ${endpoint.task}.` });
  const named = taskNamed(model, tasks) ? undefined : model;
  await answerEndpoint(endpoint, task, path, named)(req, res);
};
