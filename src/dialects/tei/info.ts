/** `/info`: what serves, in the words that text-embeddings-inference's clients read. Public, like the list of models. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { maxInputs } from '../../../tasks/fields.js';
import type { Task } from '../../../tasks/task.js';
import { notFound } from '../../catalogue/catalogue.js';
import { show } from '../../errors.js';
import { callerIfAny } from '../../http/context.js';
import { version } from '../../http/openapi.js';
import { mustSee } from '../../identity/scopes.js';
import type { Path } from '../../infer.js';
import { readModel } from '../exchange.js';
import { factsOf } from './model-facts.js';

const dtypes = { fp32: 'float32', fp16: 'float16' } as const;

export const infoResponse = z.object({
  model_id: z.string(),
  model_sha: z.null(),
  model_dtype: z.string(),
  model_type: z
    .record(
      z.string(),
      z.object({
        pooling: z.string().optional(),
        id2label: z.record(z.string(), z.string()).optional(),
        label2id: z.record(z.string(), z.int()).optional(),
      }),
    )
    .describe('One of `embedding`, `classifier`, `reranker`, or the name of the task.'),
  max_input_length: z.int().nullable().describe('Tokens of one input.'),
  max_client_batch_size: z.int(),
  auto_truncate: z.boolean(),
  version: z.string(),
  sha: z.null(),
  docker_label: z.null(),
});

export const info =
  (task: Task, { catalogue, admission }: Path): RequestHandler =>
  async (req, res) => {
    const model = readModel(req.query.model);
    const { entry, ref } = catalogue.resolve(model, model === undefined ? task : undefined);
    if (entry.visibility === 'private') {
      const caller = await callerIfAny(req, admission);
      // Without a credential a private model is as if it were not there.
      if (!caller) throw notFound(show(model));
      mustSee(entry, caller);
    }
    const { kind, details, maxInputTokens } = factsOf(entry);
    res.json({
      model_id: entry.id,
      model_sha: null,
      model_dtype: dtypes[ref.dtype as keyof typeof dtypes] ?? ref.dtype,
      model_type: { [kind]: details },
      max_input_length: maxInputTokens ?? null,
      max_client_batch_size: maxInputs,
      auto_truncate: false,
      version,
      sha: null,
      docker_label: null,
    } satisfies z.output<typeof infoResponse>);
  };
