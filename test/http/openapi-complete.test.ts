/** The OpenAPI document against the routes that the application is really given, in both directions. */
import express from 'express';
import { suffixes } from '../../src/dialects/model-suffix.js';
import { tasks } from '../../tasks/index.js';
import { RouteRecorder } from '../helpers/mounted-routes.js';
import { type Served, serve } from '../helpers/serve.js';

/** Routes that are left out of the document, and why. */
const leftOut = {
  '/openapi.json': 'the document itself',
  '/docs': 'a page for people, about the document',
  '/docs/start.js': 'a part of that page',
} as const;

const recorder = new RouteRecorder();
let service: Served;
let app: unknown;
beforeAll(async () => {
  // The application's own router: what is mounted first of all is mounted in it.
  const { use } = express.application;
  express.application.use = function (this: typeof express.application, ...args: unknown[]) {
    app ??= (this as unknown as { router: unknown }).router;
    return use.apply(this, args as never);
  } as never;
  service = await serve({ tasks });
  express.application.use = use;
  recorder.stop();
});
afterAll(() => service.close());

type Paths = Readonly<Record<string, Readonly<Record<string, unknown>> & { readonly $ref?: string }>>;

const pathsOf = async (): Promise<Paths> => (await service.get('/openapi.json')).json.paths;

/** Of an alias what it stands for. */
const itemAt = (paths: Paths, path: string) => {
  const item = paths[path];
  if (!item?.$ref) return item;
  const [, encoded] = /^#\/paths\/(.+)$/.exec(item.$ref)!;
  return paths[decodeURIComponent(encoded!).replaceAll('~1', '/').replaceAll('~0', '~')];
};

test('every route of the application is in the document, or on the list of those that are not', async () => {
  const paths = await pathsOf();
  const mounted = recorder.below(app);
  expect(mounted.length).toBeGreaterThan(100);
  const missing = mounted.filter(({ method, path }) => {
    if (path in leftOut) return false;
    if (!path.includes('*')) return !itemAt(paths, path.replace(/:(\w+)/g, '{$1}'))?.[method];
    // What ends in anything is one route here and several in the document.
    const [beginning] = path.split('*');
    return !Object.keys(paths).some(
      (one) => one.startsWith(`${beginning}{`) && itemAt(paths, one)?.[method] !== undefined,
    );
  });
  expect(missing).toEqual([]);
});

test('the list names no route that is not there', () => {
  const mounted = recorder.below(app).map(({ path }) => path);
  expect(Object.keys(leftOut).filter((path) => !mounted.includes(path))).toEqual([]);
});

test('what stands behind the address of a model is in it, for every address', async () => {
  const paths = await pathsOf();
  const ends = ['', '/stream', ...suffixes.map(({ suffix }) => suffix)];
  for (const address of [
    '/v1/inference/{id}',
    '/models/{id}',
    '/hf-inference/models/{id}',
    '/pipeline/{task}/{id}',
  ]) {
    for (const end of ends)
      expect([address + end, itemAt(paths, address + end)]).toEqual([address + end, has('post')]);
    for (const end of ['/info', '/health'])
      expect([address + end, itemAt(paths, address + end)]).toEqual([address + end, has('get')]);
  }
});

const has = (method: string) => expect.objectContaining({ [method]: expect.anything() });

test('every link leads to an operation with the parameters that it names', async () => {
  const paths = await pathsOf();
  let links = 0;
  for (const item of Object.values(paths)) {
    for (const operation of Object.values(item) as Array<{
      responses?: Record<string, { links?: object }>;
    }>) {
      for (const response of Object.values(operation.responses ?? {})) {
        for (const link of Object.values(response.links ?? {}) as Link[]) {
          links++;
          const [, pointer, method] = /^#\/paths\/([^/]+)\/(\w+)$/.exec(link.operationRef)!;
          const path = decodeURIComponent(pointer!).replaceAll('~1', '/');
          const target = itemAt(paths, path) as Record<string, Parametrized> & Parametrized;
          const known = [...(target.parameters ?? []), ...(target[method!]!.parameters ?? [])];
          const names = known.map(({ name }) => name);
          expect(names).toEqual(expect.arrayContaining(Object.keys(link.parameters)));
        }
      }
    }
  }
  expect(links).toBeGreaterThan(10);
});

interface Link {
  readonly operationRef: string;
  readonly parameters: object;
}

interface Parametrized {
  readonly parameters?: ReadonlyArray<{ readonly name: string }>;
}
