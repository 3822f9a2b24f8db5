/** A request's image or audio, whatever way it came, as bytes of a kind that fits the task. Nothing is decoded here. */
import type { MediaKind } from '../../tasks/task.js';
import { show, TaskwireError } from '../errors.js';
import { sniff } from './sniff.js';

/** Fetches an http(s) address under the service's rules. */
export type FetchUrl = (url: string, param: string, signal: AbortSignal) => Promise<Uint8Array>;

export const maxMediaBytes = 25 * 2 ** 20;

const readable: Readonly<Record<MediaKind, string>> = {
  image: 'JPEG, PNG, WebP, GIF, TIFF or AVIF',
  audio: 'WAV, MP3, FLAC, Ogg, Opus, WebM, M4A, MP4 or what else ffmpeg reads',
};

/** Pictures that we know and cannot decode, and why. */
const undecodable: Readonly<Record<string, string>> = {
  heic: 'HEIC pictures cannot be read here (the codec is not free to ship); convert them first.',
  bmp: 'BMP pictures cannot be read here; convert them first.',
};

/** Takes the bytes from `<kind>` or `<kind>_url`; tasks without media get none. */
export const loadMedia = async (
  kind: MediaKind | undefined,
  request: unknown,
  fetchUrl: FetchUrl,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> => {
  if (!kind) return undefined;
  const { [kind]: inline, [`${kind}_url`]: url } = request as Record<string, Uint8Array | string | undefined>;
  if (inline !== undefined && url !== undefined) {
    throw new TaskwireError('invalid_field', {
      param: `${kind}_url`,
      message: `Give ${kind} or ${kind}_url, not both.`,
    });
  }
  const bytes = inline === undefined ? await fromUrl(url, kind, fetchUrl, signal) : fromField(inline, kind);
  return checked(bytes, kind);
};

const fromUrl = (url: unknown, kind: MediaKind, fetchUrl: FetchUrl, signal: AbortSignal) => {
  if (typeof url !== 'string') {
    throw new TaskwireError('missing_field', {
      param: kind,
      message: `Missing field ${kind}.`,
      allowed: `${kind} or ${kind}_url`,
    });
  }
  return /^data:/i.test(url) ? fromText(url, `${kind}_url`) : fetchUrl(url, `${kind}_url`, signal);
};

const fromField = (value: Uint8Array | string, kind: MediaKind): Uint8Array =>
  typeof value === 'string' ? fromText(value, kind) : value;

/**
 * What stands before the bytes. A type may hold commas of its own, as that of a browser's recording does
 * (`codecs=vp8,opus`); bounded, for a text of megabytes is read here.
 */
const dataUrlHead = /^data:.{0,1000}?;base64,/is;

/** A data URL (RFC 2397, base64 only) or bare base64, standard or URL-safe, with or without padding. */
const fromText = (text: string, param: string): Uint8Array => {
  const [head] = dataUrlHead.exec(text) ?? [];
  const base64 = head === undefined ? text : percentDecoded(text.slice(head.length));
  const payload = base64.replace(/\s+/g, '');
  if (payload === '' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(payload)) {
    throw new TaskwireError('invalid_field', {
      param,
      message: `Field ${param} is not base64.`,
      got: show(text),
      allowed: 'a data URL or base64',
    });
  }
  return Buffer.from(payload, 'base64');
};

/** Some clients escape what base64 has beside letters and digits, as in any other URL. */
const percentDecoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

const checked = (bytes: Uint8Array, kind: MediaKind): Uint8Array => {
  if (bytes.byteLength === 0)
    throw new TaskwireError('invalid_media', { param: kind, message: `The ${kind} is empty.` });
  if (bytes.byteLength > maxMediaBytes) {
    throw new TaskwireError('body_too_large', {
      param: kind,
      got: `${bytes.byteLength} bytes`,
      allowed: `${maxMediaBytes} bytes`,
    });
  }
  const found = sniff(bytes);
  const allowed = readable[kind];
  const message = found?.kind === kind ? undecodable[found.name] : undefined;
  if (message)
    throw new TaskwireError('unsupported_media', { param: kind, message, got: found!.name, allowed });
  if (found?.kind !== kind) {
    throw new TaskwireError('unsupported_media', {
      param: kind,
      got: found ? found.name : 'no known media format',
      allowed,
    });
  }
  return bytes;
};
