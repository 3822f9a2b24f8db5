/** `/invocations` (SageMaker's) and `/vertex` (Vertex AI's): one address for whatever kind the model is of. */
import { z } from 'zod';
import { asArray, maxInputs } from '../../../tasks/fields.js';
import type { Catalogue } from '../../catalogue/catalogue.js';
import { isCrossEncoder } from '../../catalogue/cross-encoder.js';
import { TaskwireError } from '../../errors.js';
import { withoutNulls } from '../json-fields.js';
import { embed } from './embed.js';
import { predict, rerank } from './predict.js';
import type { TeiRoute } from './route.js';

const [embedding, prediction, ranking] = [embed, predict, rerank] as unknown as [
  TeiRoute,
  TeiRoute,
  TeiRoute,
];

/** The route that the model is for; without one, what the fields are of. */
const routeFor = (fields: unknown, model: string | undefined, catalogue: Catalogue): TeiRoute => {
  const isRanking = typeof fields === 'object' && fields !== null && 'query' in fields;
  if (model === undefined) return isRanking ? ranking : embedding;
  const { entry } = catalogue.resolve(model);
  if (entry.task.name !== prediction.task) return embedding;
  return isRanking && isCrossEncoder(entry) ? ranking : prediction;
};

export interface EntryPoint {
  readonly path: string;
  readonly summary: string;
  readonly request: z.ZodType;
  readonly response: z.ZodType;
  /** What answers. */
  route(body: Readonly<Record<string, unknown>>, model: string | undefined, catalogue: Catalogue): TeiRoute;
}

const requests = z.union([embedding.request, prediction.request, ranking.request]);
const responses = z.union([embedding.response, prediction.response, ranking.response]);

const invocations: EntryPoint = {
  path: '/invocations',
  summary: "SageMaker's: as /embed, /predict or /rerank, by the kind of the model.",
  request: requests,
  response: responses,
  route: routeFor,
};

const vertex: EntryPoint = {
  path: '/vertex',
  summary: "Vertex AI's: several requests of /embed, /predict or /rerank, by the kind of the model.",
  request: z.object({ instances: z.array(requests).min(1).max(maxInputs) }),
  response: z.object({ predictions: z.array(responses).describe('One answer an instance, in order.') }),
  route: ({ instances }, model, catalogue) => together(routeFor(asArray(instances)[0], model, catalogue)),
};

export const entryPoints = [invocations, vertex] as const;

interface Instances {
  readonly instances: readonly unknown[];
}

/** Several requests of a route as one, so that they are run and paid for as one. */
const together = (route: TeiRoute): TeiRoute<Instances> => ({
  ...route,
  request: z.object({
    instances: z
      .array(z.preprocess((one) => (isObject(one) ? withoutNulls(one) : one), route.request))
      .min(1)
      .max(maxInputs),
  }),
  toTask({ instances }) {
    const parts = instances.map((one) => partOf(route.toTask(one)));
    const params = JSON.stringify(parts[0]!.params);
    const odd = parts.findIndex((part) => JSON.stringify(part.params) !== params);
    if (odd >= 0) throw runTogether(odd);
    const pairs = parts.flatMap((part) => part.seconds);
    return {
      ...parts[0]!.params,
      inputs: parts.flatMap((part) => part.firsts),
      ...(pairs.some((second) => second !== null) ? { text_pair: pairs } : {}),
    };
  },
  render(collected, { instances }) {
    let start = 0;
    const predictions = instances.map((one) => {
      const { length } = partOf(route.toTask(one)).firsts;
      const values = collected.values.slice(start, start + length);
      start += length;
      return route.render({ ...collected, values }, one);
    });
    return { predictions };
  },
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Part {
  readonly firsts: readonly unknown[];
  /** As many; `null` where there is none. */
  readonly seconds: readonly unknown[];
  readonly params: Readonly<Record<string, unknown>>;
}

/** A list of token ids is one input; one text goes with each of several. */
const partOf = ({ inputs, text_pair: pair = null, ...params }: Record<string, unknown>): Part => {
  const isIds = Array.isArray(inputs) && typeof inputs[0] === 'number';
  const [firsts, seconds] = [isIds ? [inputs] : asArray(inputs), asArray(pair)];
  const length = Math.max(firsts.length, seconds.length);
  const spread = (list: readonly unknown[]) =>
    list.length === length ? list : Array.from({ length }, () => list[0]);
  return { firsts: spread(firsts), seconds: spread(seconds), params };
};

const runTogether = (index: number): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: `instances[${index}]`,
    message: 'All instances are run together: they may differ in what is read, and in nothing else.',
  });
