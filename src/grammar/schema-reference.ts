/** What `$ref` points to, within the same schema (RFC 6901). */
import { SchemaError, wrongValue } from './schema-error.js';

export const referred = (root: unknown, ref: unknown, path: string): unknown => {
  if (typeof ref !== 'string') throw wrongValue(`${path}.$ref`, ref, 'a string');
  const missing = () =>
    new SchemaError(
      `${path}.$ref`,
      `${JSON.stringify(ref)} points nowhere`,
      'a place in this schema, "#/$defs/…"',
    );
  const pointer = ref.startsWith('#') ? decoded(ref.slice(1)) : undefined;
  if (pointer === undefined) throw missing();
  let found: unknown = root;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) throw missing();
    found = (found as Record<string, unknown>)[name];
  }
  return found;
};

/** `undefined`: its percent signs are no encoding. */
const decoded = (fragment: string): string | undefined => {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
};
