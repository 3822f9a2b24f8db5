/** What a path says that begins with a model's id: `<id>`, `<id>/stream`, `<id>/v1/chat/completions`, `<id>/info`. */
import type { Request } from 'express';
import type { Task } from '../../tasks/task.js';
import { TaskwireError } from '../errors.js';
import type { Path } from '../infer.js';

/** What is to run. */
export interface Target {
  readonly task: Task;
  /** `undefined`: the one that the body names, or the task's default. */
  readonly model: string | undefined;
  readonly streamRoute: boolean;
}

/** Of a route that ends in `*id`. */
export const restOf = (req: Request): string => (req.params.id as unknown as string[]).join('/');

export const targetOf = (rest: string, { catalogue }: Path): Target => {
  const streamed = /^(.+)\/stream$/.exec(rest)?.[1];
  const { task } = catalogue.resolve(streamed ?? rest).entry;
  if (streamed && !task.stream)
    throw new TaskwireError('route_not_found', { message: `${task.name} does not stream.` });
  return { task, model: streamed ?? rest, streamRoute: streamed !== undefined };
};

/** Under a name of the task, or `undefined`. */
export const taskNamed = (name: string, tasks: readonly Task[]): Task | undefined =>
  tasks.find((task) => task.name === name || task.aliases.includes(name));
