/** What there is to call: the model list, one model, and whether it is warm. Public; the list has OpenAI's form. */
import { Router } from 'express';
import type { CatalogueEntry, Resolved } from '../catalogue/catalogue.js';
import type { Engine } from '../engine/engine.js';
import type { Path } from '../infer.js';

const describe = ({ id, owner, createdAt, task, description, isDefault, dtypes }: CatalogueEntry) => ({
  id,
  object: 'model',
  created: Math.floor(createdAt.getTime() / 1000),
  owned_by: owner,
  task: task.name,
  default: isDefault,
  description,
  variants: dtypes,
});

const healthOf = (engine: Pick<Engine, 'health'>, { entry, ref }: Resolved) => {
  const { status, detail, estimatedSeconds } = engine.health(ref);
  return {
    model: entry.id,
    status,
    ...(detail ? { detail } : {}),
    ...(estimatedSeconds ? { estimated_time: estimatedSeconds } : {}),
  };
};

/**
 * Mounted where OpenAI's dialect is. Ids may hold slashes, encoded or not. A health poll that carries a valid
 * key starts loading a cold model: who polls is about to call.
 */
export const modelRoutes = ({ catalogue, engine, admission }: Path & { readonly engine: Engine }): Router => {
  const router = Router({ caseSensitive: true });
  router.get('/models', (_req, res) => {
    res.json({ object: 'list', data: catalogue.list().map(describe) });
  });
  router.get('/models/*id', async (req, res) => {
    const id = (req.params.id as unknown as string[]).join('/');
    const polled = /^(.+)\/health$/.exec(id)?.[1];
    if (!polled) return void res.json(describe(catalogue.resolve(id).entry));
    const resolved = catalogue.resolve(polled);
    const { authorization } = req.headers;
    if (authorization !== undefined && (await admission.authenticate(authorization))) {
      engine.warm(resolved.ref).catch(() => undefined); // the failure is logged where it happens and shown below
    }
    res.json(healthOf(engine, resolved));
  });
  return router;
};
