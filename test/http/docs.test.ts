import { Validator } from '@seriousme/openapi-schema-validator';
import { errorTable } from '../../src/errors.js';
import { tasks } from '../../tasks/index.js';
import { type Served, serve } from '../helpers/serve.js';

let service: Served;
beforeAll(async () => {
  service = await serve({ tasks });
});
afterAll(() => service.close());

const anyone = { authorization: '' };
const document = async () => (await service.get('/openapi.json', anyone)).json;

test('the OpenAPI document is valid', async () => {
  const { valid, errors } = await new Validator().validate(await document());
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});

test('every task and every stream is in it, with its fields', async () => {
  const { paths } = await document();
  for (const task of tasks) {
    const { post } = paths[`/v1/inference/${task.name}`];
    const { schema } = post.requestBody.content['application/json'];
    expect(Object.keys(schema.properties)).toEqual(Object.keys(task.request.shape));
    expect(schema.additionalProperties).toBe(false);
    expect(post.requestBody.content).toHaveProperty(
      task.media ? ['multipart/form-data'] : ['application/json'],
    );
    expect(`/v1/inference/${task.name}/stream` in paths).toBe(task.stream !== undefined);
  }
});

test('every error code that a client can meet is in it, under its status', async () => {
  const { paths, components } = await document();
  const codes = Object.entries(errorTable);
  expect(components.schemas.Error.properties.error.properties.code.enum).toEqual(codes.map(([code]) => code));
  const { responses } = paths['/v1/inference/embeddings'].post;
  for (const [code, { status }] of codes)
    if (status !== 499) expect(resolved(responses[status], components).description).toContain(`\`${code}\``);
});

test('every field has a type or says what it takes', async () => {
  const { paths } = await document();
  for (const task of tasks) {
    const { schema } = paths[`/v1/inference/${task.name}`].post.requestBody.content['application/json'];
    for (const [name, field] of Object.entries(schema.properties))
      expect([name, Object.keys(field as object).filter((key) => key !== 'description')]).not.toEqual([
        name,
        [],
      ]);
  }
});

/** A response that is said among the components. */
const resolved = (
  { $ref }: { $ref: string },
  { responses }: { responses: Record<string, ErrorResponse> },
): ErrorResponse => responses[$ref.split('/').at(-1)!]!;

interface ErrorResponse {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>;
}

test('what single models take and answer is in it, for every task and dialect', async () => {
  const { paths, components } = await document();
  for (const [path, envelope] of [
    ['/v1/inference/{id}', undefined],
    ['/models/{id}', 'string'],
    ['/pipeline/{task}/{id}', 'string'],
  ] as const) {
    const { post, parameters } = paths[path];
    expect(parameters.length).toBe(path.match(/\{/g)!.length);
    const { content } = post.requestBody;
    expect(content['application/json'].schema.anyOf.length).toBeGreaterThanOrEqual(tasks.length);
    expect(Object.keys(content)).toEqual(expect.arrayContaining(['image/*', 'audio/*']));
    const { $ref } = resolved(post.responses[400], components).content['application/json']!.schema;
    const error = components.schemas[$ref.split('/').at(-1)!];
    expect(error.properties?.error.type).toBe(envelope);
    expect(post.responses[200].content['text/event-stream'].schema).toBeTruthy();
  }
});

test('the addresses in it exist', async () => {
  const { paths } = await document();
  for (const [path, item] of Object.entries(paths as Record<string, Record<string, object>>)) {
    const real = path.replace('{id}', path.startsWith('/v1/models/') ? 'no/such' : 'nobody');
    for (const method of ['get', 'post'].filter((one) => one in item)) {
      const response = await service.fetch(real, { method: method.toUpperCase() });
      const body = await response.text();
      // `route_not_found` alone also stands for an account that is not there.
      expect([path, body.includes('There is no route'), body.includes('method_not_allowed')]).toEqual([
        path,
        false,
        false,
      ]);
    }
  }
});

test('/docs shows it: every script and style of the page is served, and its policy lets them run', async () => {
  const { status, text, headers } = await service.get('/docs', anyone);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const sources = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!);
  expect(sources.length).toBeGreaterThanOrEqual(3);
  for (const source of sources) {
    const part = await fetch(new URL(source, `${service.url}/docs`));
    const type = source.endsWith('.css') ? 'text/css' : 'text/javascript';
    expect([source, part.status, part.headers.get('content-type')?.split(';')[0]]).toEqual([
      source,
      200,
      type,
    ]);
  }
  expect(text).not.toMatch(/<script(?![^>]*src=)/);
  expect(headers.get('content-security-policy')).toMatch(/script-src 'self'/);
  const slashed = await fetch(`${service.url}/docs/`);
  expect([slashed.url, slashed.status]).toEqual([`${service.url}/docs`, 200]);
  const start = await service.get('/docs/start.js', anyone);
  const [, address] = /url: '([^']+)'/.exec(start.text)!;
  expect((await fetch(new URL(address!, `${service.url}/docs`))).status).toBe(200);
});
