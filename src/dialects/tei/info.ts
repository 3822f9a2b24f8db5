/** `/info`: what serves, in the words that text-embeddings-inference's clients read. Public, like the list of models. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { maxInputs } from '../../../tasks/fields.js';
import type { Task } from '../../../tasks/task.js';
import { type CatalogueEntry, notFound } from '../../catalogue/catalogue.js';
import { isCrossEncoder } from '../../catalogue/cross-encoder.js';
import { show } from '../../errors.js';
import { callerIfAny } from '../../http/context.js';
import { version } from '../../http/openapi.js';
import { mustSee } from '../../identity/scopes.js';
import type { Path } from '../../infer.js';
import { readModel } from '../exchange.js';

const kindOf = (entry: CatalogueEntry): string => {
  if (entry.task.name !== 'text-classification') return entry.task.name.replace(/^embeddings$/, 'embedding');
  return isCrossEncoder(entry) ? 'reranker' : 'classifier';
};

const dtypes = { fp32: 'float32', fp16: 'float16' } as const;

export const infoResponse = z.object({
  model_id: z.string(),
  model_sha: z.null(),
  model_dtype: z.string(),
  model_type: z
    .record(z.string(), z.object({}))
    .describe('One of `embedding`, `classifier`, `reranker`, or the name of the task.'),
  max_client_batch_size: z.int(),
  auto_truncate: z.boolean(),
  version: z.string(),
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
    res.json({
      model_id: entry.id,
      model_sha: null,
      model_dtype: dtypes[ref.dtype as keyof typeof dtypes] ?? ref.dtype,
      model_type: { [kindOf(entry)]: {} },
      max_client_batch_size: maxInputs,
      auto_truncate: false,
      version,
    } satisfies z.output<typeof infoResponse>);
  };
