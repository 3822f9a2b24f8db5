/** One request in a dialect's words for its task (`tasks/<task>/wire.ts`), or in the task's own where it has none. */
import type { Task } from '../../tasks/task.js';
import type { Wire, WireDialect, WireHead } from '../../tasks/wire.js';
import type { TaskwireError } from '../errors.js';
import type { Admitted, Call, Collected, Reply } from '../infer.js';
import { validate } from '../validate.js';
import { withNames } from './with-names.js';

export class Wording {
  readonly #task: Task;
  readonly #wire: Wire | undefined;
  readonly #body: Readonly<Record<string, unknown>>;
  #fields: unknown;

  constructor(task: Task, dialect: WireDialect, body: Readonly<Record<string, unknown>>) {
    this.#task = task;
    this.#wire = task.wire?.[dialect];
    this.#body = body;
  }

  /** What the dialect sent, under the task's names; throws where it is not what the dialect allows. */
  taskFields(): Record<string, unknown> {
    const body = this.#body;
    if (!this.#wire) {
      const known = Object.keys(this.#task.request.shape).filter((name) => Object.hasOwn(body, name));
      return Object.fromEntries(known.map((name) => [name, body[name]]));
    }
    this.#fields = validate(this.#wire.request, body);
    return this.#wire.toTask(this.#fields);
  }

  /** With the dialect's names of fields. */
  inItsWords(error: TaskwireError): TaskwireError {
    return withNames(error, this.#wire?.names ?? {});
  }

  render({ admitted, values, settled }: Collected): object {
    return this.#wire
      ? this.#wire.render(values, this.#fields, settled.usage)
      : this.#task.render(values, admitted.request);
  }

  /** Words each reply of a stream as events; natively, where only the task itself streams. */
  stream({ model, request }: Admitted, { id }: Pick<Call, 'id'>): (reply: Reply) => readonly object[] {
    const words = this.#wire?.stream;
    if (!words) return this.#nativeStream(request);
    const head: WireHead = {
      id: id.replace(/^req_/, ''),
      created: Math.floor(Date.now() / 1000),
      model: model.entry.id,
    };
    const word = words.word(this.#fields, head);
    return (reply) => (reply.type === 'delta' || reply.type === 'result' ? word(reply) : []);
  }

  #nativeStream(request: unknown): (reply: Reply) => readonly object[] {
    const shape = this.#task.stream!;
    const values: unknown[] = [];
    return (reply) => {
      if (reply.type === 'result') values[reply.index] = reply.value;
      if (reply.type === 'delta') return [shape.renderDelta(reply.delta, reply.index, request)];
      return reply.type === 'settled' ? [shape.renderEnd(values, request)] : [];
    };
  }
}
