/**
 * What every task's route owes its fields, read from its schema: wrong types, unknown and missing fields are refused by
 * name, and the next request is answered.
 */
import { z } from 'zod';
import { tasks } from '../../tasks/index.js';
import type { Task } from '../../tasks/task.js';
import { askGolden, goldenCases, requestOf } from '../helpers/golden.js';
import { type LiveService, startService } from '../helpers/live-service.js';

let service: LiveService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** Every JSON type that a field may have. */
const typesOf = ({ type, const: only, enum: some, anyOf, oneOf }: JsonSchema): string[] => [
  ...(type === undefined ? [] : [type].flat().map((one) => (one === 'integer' ? 'number' : one))),
  ...(only === undefined ? [] : [typeOf(only)]),
  ...(some ?? []).map(typeOf),
  ...[...(anyOf ?? []), ...(oneOf ?? [])].flatMap(typesOf),
];

const samples: readonly unknown[] = ['text', 5.5, true, null, [{ odd: 1 }], { odd: [1] }];

describe.each(tasks.map((task) => [task.name, task] as const))('%s', (name, task: Task) => {
  const [good] = goldenCases(task);
  const post = (body: object) => service.post(`/v1/inference/${name}`, body);
  const { properties } = z.toJSONSchema(task.request, { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, JsonSchema>;
  };

  afterEach(async () => {
    expect(await askGolden(service, task, good!)).toBeDefined();
  });

  test.each(Object.keys(properties))('%s of a wrong type is refused by name', async (field) => {
    const allowed = typesOf(properties[field]!);
    expect(allowed).not.toEqual([]);
    const wrong = samples.filter((value) => !allowed.includes(typeOf(value)));
    expect(wrong.length).toBeGreaterThan(0);
    for (const value of wrong) {
      const { status, json } = await post({ ...requestOf(task, good!), [field]: value });
      expect([value, status, json.error.code]).toEqual([value, 400, 'invalid_field']);
      expect(json.error.param).toBe(field);
      expect(json.error.message).toContain(field);
    }
  });

  test('a field that it does not know is refused by name', async () => {
    for (const field of ['nonsense', 'Model', '__proto__', 'input ']) {
      const body = JSON.stringify(requestOf(task, good!)).replace('{', `{${JSON.stringify(field)}:1,`);
      const { status, json } = await service.post(`/v1/inference/${name}`, body, {
        'content-type': 'application/json',
      });
      expect([status, json.error.code, json.error.param]).toEqual([400, 'unknown_field', field]);
    }
  });

  test('without its input it is refused by name', async () => {
    const { status, json } = await post({ model: good!.request.model });
    expect([status, json.error.code]).toEqual([400, 'missing_field']);
    expect(Object.keys(properties)).toContain(json.error.param);
  });

  test('a model of another task is refused', async () => {
    const other = tasks.find((one) => one !== task)!;
    const { model } = goldenCases(other)[0]!.request;
    const { status, json } = await post({ ...requestOf(task, good!), model });
    expect([status, json.error.code]).toEqual([400, 'task_mismatch']);
  });

  test('a model that is not there is 404', async () => {
    const { status, json } = await post({ ...requestOf(task, good!), model: 'tiny/nobody' });
    expect([status, json.error.code, json.error.param]).toEqual([404, 'model_not_found', 'model']);
  });
});
