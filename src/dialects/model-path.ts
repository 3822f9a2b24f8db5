/** What a path says that begins with a model's id: `<id>`, `<id>/stream`, `<id>/v1/chat/completions`, `<id>/info`. */
import type { Request } from 'express';
import type { Task } from '../../tasks/task.js';
import { show, TaskwireError } from '../errors.js';
import type { Path } from '../infer.js';

/** Where Hugging Face's dialect names a model: `<mount>/<id>`, and `<mount>/<task>/<id>`. */
export const huggingFaceMounts = {
  behindModel: ['/models', '/hf-inference/models'],
  beforeModel: '/pipeline',
} as const;

/** What is to run. */
export interface Target {
  readonly task: Task;
  /** `undefined`: the one that the body names, or the task's default. */
  readonly model: string | undefined;
  readonly streamRoute: boolean;
}

/** Of a route that ends in `*id`. Addresses that clients put together may end in a slash, as on every other route. */
export const restOf = (req: Request): string => {
  const rest = (req.params.id as unknown as string[]).join('/').replace(/\/$/, '');
  if (rest.includes('\0'))
    throw new TaskwireError('invalid_field', {
      param: 'model',
      got: show(rest),
      allowed: 'a name without NUL',
    });
  return rest;
};

export const targetOf = (rest: string, { catalogue }: Path): Target => {
  const { model, streamRoute } = readStream(rest);
  return mayStream({ task: catalogue.resolve(model).entry.task, model, streamRoute });
};

/** The same where the address names the task; without a model the task's default. */
export const targetOfTask = (name: string, rest: string, tasks: readonly Task[]): Target => {
  const task = taskNamed(name, tasks);
  if (!task) throw new TaskwireError('route_not_found', { message: `There is no task ${name}.` });
  return mayStream({ task, ...readStream(rest) });
};

const readStream = (rest: string): { readonly model: string; readonly streamRoute: boolean } => {
  const [, model = rest, end] = /^(.+)(\/stream)$/.exec(rest) ?? [];
  return { model, streamRoute: end !== undefined };
};

const mayStream = (target: Target): Target => {
  if (!target.streamRoute || target.task.stream) return target;
  throw new TaskwireError('route_not_found', { message: `${target.task.name} does not stream.` });
};

/** Under a name of the task, or `undefined`. */
export const taskNamed = (name: string, tasks: readonly Task[]): Task | undefined =>
  tasks.find((task) => task.name === name || task.aliases.includes(name));
