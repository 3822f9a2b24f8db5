/** The routes of single models: `/v1/inference/<model id>` in three dialects, and Hugging Face's own addresses. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Task } from '../../tasks/task.js';
import type { Wire } from '../../tasks/wire.js';
import type { Engine } from '../engine/engine.js';
import { type Body, bodyOf } from '../http/body.js';
import { contextOf } from '../http/context.js';
import { methodNotAllowed } from '../http/error-handler.js';
import type { Path } from '../infer.js';
import { answerDeepInfra } from './deepinfra.js';
import { answerHuggingFace } from './huggingface.js';
import { renderHuggingFaceError } from './huggingface-error.js';
import { describeModel, refusePosts } from './model-description.js';
import { huggingFaceMounts, restOf, targetOf, targetOfTask } from './model-path.js';
import { answerSuffixed, readSuffix } from './model-suffix.js';
import { answerNative, renderNativeError } from './native.js';
import { renderOpenAiError } from './openai/error.js';
import type { Webhooks } from './webhook.js';
import { withNames } from './with-names.js';

export interface ModelRoutes {
  readonly tasks: readonly Task[];
  readonly path: Path & { readonly engine: Engine };
  /** Before every route: authentication, then the body's reader. */
  readonly guard: readonly RequestHandler[];
  readonly webhooks: Webhooks;
}

type ModelDialect = 'native' | 'deepinfra' | 'huggingface';

/** By what the client says of itself, which is known before the body is. */
const dialectAsked = (req: Request): ModelDialect | undefined => {
  const format = req.get('x-response-format') ?? req.query.format;
  if (format === 'native' || format === 'deepinfra' || format === 'huggingface') return format;
  return /@huggingface\/inference|hf_hub\//.test(req.get('user-agent') ?? '') ? 'huggingface' : undefined;
};

const nativeFields = ['prompt', 'messages', 'image_url', 'audio_url'];
const deepinfraFields = ['input', 'question', 'queries', 'image', 'audio', 'webhook'];

/**
 * By what is in the body. `inputs` and bare media are Hugging Face's, where the task has its words; but `inputs` are
 * DeepInfra's where that calls them so too.
 */
const dialectOf = ({ form, fields, fileField }: Body, { wire }: Task): ModelDialect => {
  const has = (name: string) => Object.hasOwn(fields, name);
  if (nativeFields.some(has) || fileField === 'file') return 'native';
  if (form === 'multipart' || (form === 'json' && deepinfraFields.some(has))) return 'deepinfra';
  if (!wire?.huggingface || (form === 'json' && !has('inputs'))) return 'native';
  return form === 'json' && wire.deepinfra && 'inputs' in wire.deepinfra.request.shape
    ? 'deepinfra'
    : 'huggingface';
};

const errorsOf = {
  native: renderNativeError,
  deepinfra: renderNativeError,
  huggingface: renderHuggingFaceError,
  openai: renderOpenAiError,
} as const;

const speakAs = (res: Response, dialect: keyof typeof errorsOf, wire?: Wire): void => {
  contextOf(res).renderError = (error, id) => errorsOf[dialect](withNames(error, wire?.names ?? {}), id);
};

/** Mounted at `/v1/inference`, behind the task routes. */
export const sharedModelRoutes = ({ tasks, path, guard, webhooks }: ModelRoutes): Router => {
  const router = Router({ caseSensitive: true });
  const speak: RequestHandler = (req, res, next) => {
    speakAs(res, dialectAsked(req) ?? (readSuffix(restOf(req)) ? 'openai' : 'native'));
    next();
  };
  router.post('/*id', speak, refusePosts(path), ...guard, async (req, res) => {
    const rest = restOf(req);
    const suffixed = readSuffix(rest);
    if (suffixed) return answerSuffixed({ req, res, path, tasks }, suffixed);
    const target = targetOf(rest, path);
    const dialect = dialectAsked(req) ?? dialectOf(bodyOf(req), target.task);
    speakAs(res, dialect, dialect === 'native' ? undefined : target.task.wire?.[dialect]);
    const at = { req, res, path };
    if (dialect === 'native') await answerNative(at, target);
    else if (dialect === 'huggingface') await answerHuggingFace(at, target);
    else await answerDeepInfra({ ...at, webhooks }, target);
  });
  router.get('/*id', speak, describeModel(path));
  return router;
};

/** Mounted at the root. */
export const huggingFaceRoutes = ({ tasks, path, guard }: Omit<ModelRoutes, 'webhooks'>): Router => {
  const router = Router({ caseSensitive: true });
  const speak: RequestHandler = (req, res, next) => {
    const isOpenAi = readSuffix(restOf(req)) && dialectAsked(req) !== 'huggingface';
    speakAs(res, isOpenAi ? 'openai' : 'huggingface');
    next();
  };
  const answer =
    (read: (rest: string) => Address): RequestHandler =>
    async (req, res) => {
      const at = { req, res, path, tasks };
      const rest = restOf(req);
      const suffixed = readSuffix(rest);
      if (suffixed) return answerSuffixed(at, { ...suffixed, model: read(suffixed.model).model });
      const { model, taskName } = read(rest);
      const target = taskName === undefined ? targetOf(model, path) : targetOfTask(taskName, model, tasks);
      speakAs(res, 'huggingface', target.task.wire?.huggingface);
      return answerHuggingFace(at, target);
    };
  const mounted = [
    ...huggingFaceMounts.behindModel.map((mount) => [mount, behindModel] as const),
    [huggingFaceMounts.beforeModel, beforeModel] as const,
  ];
  for (const [mount, read] of mounted) {
    const modelOf = (rest: string) => read(rest).model;
    router.post(`${mount}/*id`, speak, refusePosts(path, modelOf), ...guard, answer(read));
    router.get(`${mount}/*id`, speak, describeModel(path, modelOf));
    router.all(`${mount}/*id`, speak, methodNotAllowed('POST'));
  }
  return router;
};

interface Address {
  /** Empty: the task's default. */
  readonly model: string;
  readonly taskName: string | undefined;
}

/** `<id>` or `<id>/pipeline/<task>` */
const behindModel = (rest: string): Address => {
  const [, model, taskName] = /^(.+)\/pipeline\/([^/]+)$/.exec(rest) ?? [];
  return { model: model ?? rest, taskName };
};

/** `<task>/<id>` */
const beforeModel = (rest: string): Address => {
  const [taskName, ...id] = rest.split('/');
  return { model: id.join('/'), taskName };
};
