/** Checks a request against its task's schema; every refusal names the field, what came and what is allowed. */
import type { z } from 'zod';
import { type ErrorCode, show, TaskwireError } from './errors.js';

/** The fields as the schema yields them, defaults filled in. */
export const validate = (schema: z.ZodType, fields: unknown): unknown => {
  const parsed = schema.safeParse(fields, { reportInput: true });
  if (parsed.success) return parsed.data;
  // A misspelt name explains a missing one.
  const { issues } = parsed.error;
  throw fieldError(issues.find((issue) => issue.code === 'unrecognized_keys') ?? issues[0]!, fields);
};

type Issue = z.core.$ZodIssue;

/** Arrays of inputs, whose excess has a code of its own. */
const inputFields = new Set(['inputs', 'input', 'documents', 'text_pair', 'prompt', 'messages']);

const fieldError = (outer: Issue, fields: unknown): TaskwireError => {
  const issue = mostTelling(outer);
  const param = pathOf([...outer.path, ...(issue === outer ? [] : issue.path)]);
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys[0] ?? '';
    const full = param ? `${param}.${unknown}` : unknown;
    return new TaskwireError('unknown_field', { param: full, message: `Unknown field: ${show(full)}.` });
  }
  const input = valueAt(fields, [...outer.path, ...(issue === outer ? [] : issue.path)]);
  const code = codeOf(issue, input, param);
  const message = `${code === 'missing_field' ? 'Missing field' : 'Field'} ${param || 'body'}${code === 'missing_field' ? '' : ' has a value that is not allowed'}.`;
  const got = Array.isArray(input) ? `an array of ${input.length}` : show(input);
  return new TaskwireError(code, {
    param,
    message,
    ...(code === 'missing_field' ? {} : { got }),
    allowed: allowedBy(issue),
  });
};

const codeOf = (issue: Issue, input: unknown, param: string): ErrorCode => {
  if (input === undefined) return 'missing_field';
  if (issue.code === 'too_big' && issue.origin === 'array' && inputFields.has(param))
    return 'too_many_inputs';
  return 'invalid_field';
};

/** Of a union's branches, the issue of the one that got furthest: an array that is too long is no type error. */
const mostTelling = (issue: Issue): Issue => {
  if (issue.code !== 'invalid_union') return issue;
  const branches = issue.errors.map((issues) => issues[0]).filter((one) => one !== undefined);
  if (branches.every(({ code }) => code === 'invalid_value')) return issue;
  const deeper = branches.find((one) => one.code !== 'invalid_type' || one.path.length > 0);
  return deeper ? mostTelling(deeper) : issue;
};

const allowedBy = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return typeName(issue.expected);
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${countOf(issue.origin)}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${countOf(issue.origin)}`;
    case 'invalid_value':
      return issue.values.map((value) => show(value)).join(', ');
    case 'invalid_union': {
      const branches = issue.errors.flatMap(([first]) => (first ? [allowedBy(first)] : []));
      return [...new Set(branches)].join(' or ') || issue.message.replace(/^.*Expected /, '');
    }
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
};

const countOf = (origin: string): string => {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' items' : '';
};

const typeName = (expected: string): string =>
  expected === 'int' ? 'an integer' : /^[aeio]/.test(expected) ? `an ${expected}` : `a ${expected}`;

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('');

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown => {
  let current = value;
  for (const key of path) {
    if (current === null || typeof current !== 'object') return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
};
