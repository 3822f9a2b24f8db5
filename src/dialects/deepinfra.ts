/** DeepInfra's dialect: one JSON object an answer, with the request's id and status beside the task's output. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import { show, TaskwireError } from '../errors.js';
import { type Body, bodyOf, withMedia } from '../http/body.js';
import type { Admitted, Call, Collected, Path, Reply } from '../infer.js';
import { parseTexts } from './coerce-text.js';
import { exchange, exchangeBy, type Face, openCall, readWait } from './exchange.js';
import { assertFits, crossEncoder } from './fitting-model.js';
import { statusOf } from './inference-status.js';
import { withoutNulls } from './json-fields.js';
import type { Target } from './model-path.js';
import { renderNativeError } from './native.js';
import type { Webhooks } from './webhook.js';
import { Wording } from './wording.js';

export const answerDeepInfra = async (
  { req, res, path, webhooks }: { req: Request; res: Response; path: Path; webhooks: Webhooks },
  { task, model, streamRoute }: Target,
): Promise<void> => {
  const { webhook, ...body } = fieldsOf(bodyOf(req), task);
  const address = readWebhook(webhook);
  // What is answered later is answered as a whole.
  const stream = address ? false : streamRoute || body.stream;
  const wording = new Wording(task, 'deepinfra', { ...body, stream });
  const call = openCall(req, res, {
    task,
    model,
    readFields() {
      if (body.queries !== undefined)
        assertFits(path.catalogue.resolve(model, task).entry, crossEncoder, 'queries and documents need');
      return wording.taskFields();
    },
    streamRoute: streamRoute && !address,
    waitForModel: readWait(body.wait_for_model),
    ...(address ? { lifetime: new AbortController() } : {}),
  });
  const face = faceOf(wording, call);
  if (!address) return exchange(call, path, res, face);
  const authorization = req.get('authorization') ?? '';
  await exchangeBy(call, { path, res }, (one) =>
    webhooks.queue({ call: one, path, face }, address, authorization),
  );
};

/** Its client sends "no webhook" as an empty text, too. */
const readWebhook = (value: unknown): string | undefined => {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new TaskwireError('invalid_field', { param: 'webhook', got: show(value), allowed: 'a URL' });
};

const fieldsOf = (body: Body, task: Task): Record<string, unknown> => {
  const { shape } = task.wire?.deepinfra?.request ?? task.request;
  const fields = body.textual
    ? parseTexts(body.fields, { ...shape, wait_for_model: z.boolean() })
    : body.fields;
  return withMedia({ ...body, fields: withoutNulls(fields) }, task.media);
};

const faceOf = (wording: Wording, call: Call): Face => ({
  render: (collected: Collected) => ({
    ...wording.render(collected),
    request_id: call.id,
    inference_status: statusOf(collected.settled),
  }),
  stream(admitted: Admitted) {
    const word = wording.stream(admitted, call);
    // The last event waits for the figures.
    let held: readonly object[] = [];
    return (reply: Reply) => {
      const events = [...held, ...word(reply)];
      held = reply.type === 'result' ? events.slice(-1) : [];
      if (reply.type === 'result') return events.slice(0, -1);
      if (reply.type !== 'settled') return events;
      const figures = { request_id: call.id, inference_status: statusOf(reply) };
      return [...events.slice(0, -1), { ...events.at(-1), ...figures }];
    };
  },
  renderError: (error, id) => renderNativeError(wording.inItsWords(error), id),
});
