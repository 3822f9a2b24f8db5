/** What there is to call: the model list, one model, and whether it is warm. Public; the list has OpenAI's form. */
import { Router } from 'express';
import { z } from 'zod';
import { ownerOfRunner } from '../admission/dedicated.js';
import { type CatalogueEntry, notFound, type Resolved } from '../catalogue/catalogue.js';
import type { Engine } from '../engine/engine.js';
import { show } from '../errors.js';
import { callerIfAny, contextOf } from '../http/context.js';
import type { DialectRoute } from '../http/openapi.js';
import { nativeError } from '../http/openapi-schemas.js';
import { canSee, mustSee } from '../identity/scopes.js';
import type { Path } from '../infer.js';
import { restOf } from './model-path.js';
import { openAiError, renderOpenAiError } from './openai/error.js';

const modelShape = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
  task: z.string(),
  default: z.boolean().describe('It serves where no model is named.'),
  description: z.string(),
  variants: z.array(z.string()).describe('Precisions; an id may end in one.'),
});

const healthShape = z.object({
  model: z.string(),
  status: z.enum(['ready', 'loading', 'unavailable']),
  detail: z.string().optional(),
  estimated_time: z.number().optional().describe('Seconds.'),
});

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

const healthOf = (engine: Pick<Engine, 'health'>, { entry, ref }: Resolved, owner: string | undefined) => {
  const { status, detail, estimatedSeconds } = engine.health(ref, owner);
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
  router.all(['/models', '/models/*id'], (req, res, next) => {
    // Health is ours, and so are its errors.
    if (!/\/health\/?$/.test(req.path)) contextOf(res).renderError = renderOpenAiError;
    next();
  });
  router.get('/models', async (req, res) => {
    // Clients send whatever key they have: one that is not good shows what everybody sees.
    const caller = await callerIfAny(req, admission).catch(() => undefined);
    const seen = catalogue.list().filter((entry) => canSee(entry, caller));
    res.json({ object: 'list', data: seen.map(describe) });
  });
  router.get('/models/*id', async (req, res) => {
    const id = restOf(req);
    const polled = /^(.+)\/health$/.exec(id)?.[1];
    const resolved = catalogue.resolve(polled ?? id);
    const isPublic = resolved.entry.visibility === 'public';
    const caller = polled || !isPublic ? await callerIfAny(req, admission) : undefined;
    // Without a credential a private model is as if it were not there.
    if (!isPublic && !caller) throw notFound(show(polled ?? id));
    if (caller) mustSee(resolved.entry, caller);
    if (!polled) return void res.json(describe(resolved.entry));
    const owner = caller && ownerOfRunner(caller.payer, resolved.ref.id);
    if (caller) {
      engine.warm(resolved.ref, owner).catch(() => undefined); // the failure is logged where it happens and shown below
    }
    res.json(healthOf(engine, resolved, owner));
  });
  return router;
};

/** For the OpenAPI document. `mounts`: where the dialect of OpenAI is; the first one is said in full. */
export const modelListDocuments = (mounts: readonly string[]): DialectRoute[] => {
  const [first, ...others] = mounts;
  const got = { tag: 'models', method: 'get', request: z.object({}) } as const;
  const at = (path: string) => ({ path: first + path, aliases: others.map((mount) => mount + path) });
  const ofFirstModel = (path: string) => ({
    method: 'get',
    path: first + path,
    parameters: { id: '$response.body#/data/0/id' },
  });
  return [
    {
      ...got,
      ...at('/models'),
      summary: 'The models that can be called.',
      response: z.object({ object: z.literal('list'), data: z.array(modelShape) }),
      error: openAiError,
      links: { model: ofFirstModel('/models/{id}'), health: ofFirstModel('/models/{id}/health') },
    },
    { ...got, ...at('/models/{id}'), summary: 'One model.', response: modelShape, error: openAiError },
    {
      ...got,
      ...at('/models/{id}/health'),
      summary: 'Whether a model is loaded; with a key, asking begins to load it.',
      response: healthShape,
      error: nativeError,
    },
  ];
};
