/** The fields of a form: their texts, and the file that came without a file name. */
import { TaskwireError } from '../errors.js';
import { sniff } from '../media/sniff.js';

/** A form has up to 64 fields, all held in memory. */
export const maxFieldBytes = 2 ** 20;

export const tooLarge = (limit: number, details: { readonly param?: string; readonly got?: string } = {}) =>
  new TaskwireError('body_too_large', { ...details, allowed: `${limit} bytes` });

interface Media {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The names under which clients upload. */
const mediaFields: ReadonlySet<string> = new Set(['file', 'image', 'audio']);

/** `raw`: values with a byte a character, unless a part named its character set: then they are text already. */
export const readFormFields = (
  raw: Readonly<Record<string, unknown>>,
  uploaded: Media | undefined,
): { fields: Record<string, unknown>; media: Media | undefined } => {
  const files = Object.entries(raw).flatMap(([name, value]): Media[] => {
    const bytes =
      typeof value === 'string' && mediaFields.has(name) ? Buffer.from(value, 'latin1') : undefined;
    return bytes && sniff(bytes) ? [{ name, bytes }] : [];
  });
  const all = uploaded ? [uploaded, ...files] : files;
  if (all.length > 1)
    throw new TaskwireError('too_many_inputs', { got: 'several files', allowed: 'one file' });
  const texts = Object.entries(raw).filter(([name]) => !files.some((file) => file.name === name));
  return {
    fields: Object.fromEntries(texts.map(([name, value]) => [name, toText(value, name)])),
    media: all[0],
  };
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Fields that share a name are lists. */
const toText = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return value.map((one) => toText(one, name));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toText(one, name)]));
  if (typeof value !== 'string') return value;
  // A data URL holds a file; it is as long as one.
  const isMedia = mediaFields.has(name);
  if (value.length > maxFieldBytes && !isMedia) throw tooLarge(maxFieldBytes, { param: name });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what has characters beyond a byte was decoded already
  if (!/^[\x00-\xff]*$/.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
};
