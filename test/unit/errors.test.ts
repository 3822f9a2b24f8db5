import { type ErrorCode, errorTable, show, TaskwireError } from '../../src/errors.js';

const byStatus: Readonly<Record<number, readonly ErrorCode[]>> = {
  400: [
    'invalid_json',
    'invalid_field',
    'unknown_field',
    'missing_field',
    'too_many_inputs',
    'invalid_media',
    'url_not_allowed',
    'url_fetch_failed',
    'context_too_long',
    'task_mismatch',
  ],
  401: ['invalid_key'],
  402: ['insufficient_credits'],
  403: ['key_revoked', 'account_inactive', 'feature_disabled', 'model_forbidden', 'scope_forbidden'],
  404: ['model_not_found', 'route_not_found'],
  405: ['method_not_allowed'],
  408: ['body_timeout'],
  409: ['idempotency_mismatch'],
  413: ['body_too_large', 'image_too_large', 'audio_too_long'],
  415: ['unsupported_media'],
  422: ['input_quarantined'],
  429: ['rate_limited', 'gpu_quota_exceeded', 'queue_full'],
  499: ['client_closed'],
  500: ['internal'],
  502: ['runner_failed'],
  503: ['model_loading', 'overloaded', 'draining', 'model_unavailable'],
  504: ['deadline_exceeded'],
};

test('the table holds the documented codes under the documented statuses and no others', () => {
  const table: Record<number, string[]> = {};
  for (const [code, { status }] of Object.entries(errorTable))
    table[status] = [...(table[status] ?? []), code];
  expect(table).toEqual(byStatus);
});

test('an error says which field, what came and what is allowed', () => {
  const error = new TaskwireError('invalid_field', { param: 'top_k', got: '"many"', allowed: 'an integer' });
  expect(error.message).toContain('top_k');
  expect(error.message).toContain('Got: "many".');
  expect(error.message).toContain('Allowed: an integer.');
  expect([error.code, error.status, error.param]).toEqual(['invalid_field', 400, 'top_k']);
});

test.each([
  ['a key', 'Key inf_AbCdEf0123456789-_xyz is odd.', 'inf_AbCdEf', 'inf_…'],
  ['a bearer token', 'Sent Authorization: bearer abc.def.ghi here', 'abc.def', 'Bearer …'],
  ['credentials in a URL', 'Got http://user:secret@example.com/x', 'secret', '://…@example.com'],
  ['a user name in a URL', 'Got https://token@example.com/x', 'token@', '://…@example.com'],
])('%s never shows in a message', (_, message, secret, shown) => {
  const error = new TaskwireError('invalid_field', { message });
  expect(error.message).not.toContain(secret);
  expect(error.message).toContain(shown);
});

test('what is said about a value is redacted as the message is', () => {
  const error = new TaskwireError('invalid_field', { param: 'x', got: show('inf_0123456789'), allowed: 'y' });
  expect(error.message).not.toContain('0123456789');
});

test('an unknown failure becomes internal, keeps its cause and shows none of it', () => {
  const cause = new Error('ENOENT /root/secret/path');
  const error = TaskwireError.from(cause);
  expect(error.code).toBe('internal');
  expect(error.cause).toBe(cause);
  expect(error.message).toBe(errorTable.internal.message);
  expect(JSON.stringify(error.toMessage())).not.toContain('secret');
});

test('an error survives the way from a runner; a code that is not in the table does not', () => {
  const sent = new TaskwireError('context_too_long', { param: 'prompt', got: '9 tokens', allowed: '8' });
  const received = TaskwireError.fromMessage(sent.toMessage());
  expect([received.code, received.message, received.param]).toEqual([sent.code, sent.message, sent.param]);
  const odd = TaskwireError.fromMessage({ code: 'toString', message: 'x', param: undefined });
  expect(odd.code).toBe('internal');
});

test('a TaskwireError is passed on as it is', () => {
  const error = new TaskwireError('overloaded');
  expect(TaskwireError.from(error)).toBe(error);
});

test('a value is shown short, whatever it is', () => {
  expect(show('a'.repeat(10_000)).length).toBeLessThanOrEqual(80);
  expect(show(undefined)).toBe('undefined');
  expect(show({ a: 1 })).toBe('{"a":1}');
  // What JSON.parse makes of 1e999.
  expect(show(Number.POSITIVE_INFINITY)).toBe('Infinity');
  expect(show(Number.NaN)).toBe('NaN');
  let deep: unknown = 1;
  for (let i = 0; i < 200_000; i++) deep = { deep };
  expect(show(deep).length).toBeLessThanOrEqual(80);
});
