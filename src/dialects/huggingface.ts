/** Hugging Face's dialect: `inputs` and `parameters`, or the media as the body; the task's output alone as the answer. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import type { Wire } from '../../tasks/wire.js';
import { show, TaskwireError } from '../errors.js';
import { type Body, bodyOf } from '../http/body.js';
import type { Answer } from '../http/json-answer.js';
import type { Admitted, Call, Path, Reply } from '../infer.js';
import { coerceText } from './coerce-text.js';
import { exchange, type Face, openCall, readWait } from './exchange.js';
import { renderHuggingFaceEvent } from './huggingface-error.js';
import { withoutNulls } from './json-fields.js';
import type { Target } from './model-path.js';
import { Wording } from './wording.js';

export const answerHuggingFace = async (
  { req, res, path }: { req: Request; res: Response; path: Path },
  { task, model, streamRoute }: Target,
): Promise<void> => {
  const { options, ...body } = fieldsOf(bodyOf(req), task);
  const { wait_for_model: wait = body.wait_for_model } = objectOf(options, 'options');
  const wording = new Wording(task, 'huggingface', { ...body, stream: streamRoute || body.stream });
  const call = openCall(req, res, {
    task,
    model,
    readFields: () => wording.taskFields(),
    streamRoute,
    waitForModel: readWait(wait ?? undefined),
  });
  await exchange(call, path, res, faceOf(wording, call));
};

const objectOf = (value: unknown, param: string): Readonly<Record<string, unknown>> => {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TaskwireError('invalid_field', { param, got: show(value), allowed: 'an object' });
};

/** All fields side by side; some clients put them into `parameters`, others beside `inputs`. */
const fieldsOf = (body: Body, task: Task): Record<string, unknown> => {
  const wire = task.wire?.huggingface;
  const { shape } = wire?.request ?? task.request;
  const { parameters, ...flat } = body.textual
    ? coerceText(body.fields, { ...shape, wait_for_model: z.boolean() })
    : body.fields;
  const fields = withoutNulls({
    ...flat,
    ...objectOf(parameters, 'parameters'),
    ...(body.file ? { inputs: body.file } : {}),
  });
  return inOwnWords(fields, task, wire);
};

/** A task without a wording has its media under its own name for them. */
const inOwnWords = (
  { inputs, ...fields }: Record<string, unknown>,
  { media, request }: Task,
  wire: Wire | undefined,
): Record<string, unknown> => {
  if (inputs === undefined) return fields;
  return wire || !media || 'inputs' in request.shape ? { ...fields, inputs } : { ...fields, [media]: inputs };
};

const faceOf = (wording: Wording, call: Call): Face => ({
  render: (collected) => wording.render(collected) as Answer,
  stream(admitted: Admitted) {
    const word = wording.stream(admitted, call);
    return (reply: Reply) => (reply.type === 'settled' ? [...word(reply), '[DONE]'] : word(reply));
  },
  renderError: (error) => renderHuggingFaceEvent(wording.inItsWords(error)),
});
