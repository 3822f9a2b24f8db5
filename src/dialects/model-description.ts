/** `<id>/info` and `<id>/health`, as the servers of single models have them. Public, like the list of models. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { notFound } from '../catalogue/catalogue.js';
import type { Engine } from '../engine/engine.js';
import { show, TaskwireError } from '../errors.js';
import { callerIfAny } from '../http/context.js';
import { methodNotAllowed } from '../http/error-handler.js';
import { mustSee } from '../identity/scopes.js';
import type { Path } from '../infer.js';
import { restOf } from './model-path.js';

export const modelInfo = z.object({
  model_id: z.string(),
  model_dtype: z.string(),
  model_pipeline_tag: z.string(),
});

export const modelHealth = z.object({ status: z.enum(['ready', 'loading', 'cold']) });

/** What is said of a model is got; unless a model is called so, there is nothing to post to. */
export const refusePosts =
  ({ catalogue }: Path, modelOf: (address: string) => string = (address) => address): RequestHandler =>
  (req, res, next) => {
    const address = restOf(req);
    const isModel = () => catalogue.list().some(({ id }) => id === modelOf(address));
    if (!/\/(info|health)$/.test(address) || isModel()) return next();
    methodNotAllowed('GET')(req, res, next);
  };

/** `modelOf`: the model, of what stands before `/info`. */
export const describeModel =
  (
    { catalogue, engine, admission }: Path & { readonly engine: Engine },
    modelOf: (address: string) => string = (address) => address,
  ): RequestHandler =>
  async (req, res, next) => {
    const [, address, what] = /^(.+)\/(info|health)$/.exec(restOf(req)) ?? [];
    if (!address) return next();
    const id = modelOf(address);
    const { entry, ref } = catalogue.resolve(id);
    if (entry.visibility === 'private') {
      const caller = await callerIfAny(req, admission);
      // Without a credential a private model is as if it were not there.
      if (!caller) throw notFound(show(id));
      mustSee(entry, caller);
    }
    if (what === 'info') {
      res.json({ model_id: entry.id, model_dtype: ref.dtype, model_pipeline_tag: entry.task.name });
      return;
    }
    const { status, isCold } = engine.health(ref);
    if (status === 'unavailable' && !isCold) throw new TaskwireError('model_unavailable');
    res.json({ status: isCold ? 'cold' : status });
  };
