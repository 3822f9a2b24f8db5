/** Reads a request's body, whatever its form, into plain fields; media stay bytes. */
import { isUtf8 } from 'node:buffer';
import type { Writable } from 'node:stream';
import express, { type Request, type RequestHandler } from 'express';
import multer, { MulterError } from 'multer';
import type { MediaKind } from '../../tasks/task.js';
import { show, TaskwireError } from '../errors.js';
import { maxMediaBytes } from '../media/load-media.js';
import { sniff } from '../media/sniff.js';
import { maxFieldBytes, readFormFields, tooLarge } from './form.js';
import { isTooDeep, mostLevels } from './nesting.js';

const maxJsonBytes = 10 * 2 ** 20;
const mediaTypes = ['image/*', 'audio/*', 'video/*', 'application/octet-stream', 'application/ogg'];

export interface Body {
  readonly form: 'json' | 'multipart' | 'raw';
  /** From JSON as they came; from a form or the query as strings. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Strings that stand for other types: the schema decides which. */
  readonly textual: boolean;
  /** An uploaded file or raw body. */
  readonly file?: Uint8Array;
  /** The name that the file had in its form. */
  readonly fileField?: string;
}

export const bodyOf = (req: Request): Body => (req as Request & { parsedBody: Body }).parsedBody;

const readJson = express.json({
  limit: maxJsonBytes,
  type: () => true,
  strict: false,
  verify: (_req, _res, bytes, charset) => assertText(bytes, charset),
});
const readRaw = express.raw({ limit: maxMediaBytes, type: () => true });
const unnamed = 'unnamed';
const readForm = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: maxMediaBytes, files: 1, fields: 64, fieldSize: maxMediaBytes, parts: 65 },
  // A byte a character: a part without a file name may be a file nonetheless (`form.ts`).
  defCharset: 'latin1',
  streamHandler: (req: Request, parser: Writable) => {
    // multer drops what the parser takes for a file and has no name.
    parser.prependListener('file', (_field, _stream, info: { filename?: string }) => {
      info.filename ??= unnamed;
    });
    req.pipe(parser);
  },
} as multer.Options).any();

/** Parses by content type. Errors name what came and what is read. */
export const readBody =
  (timeoutMs: number): RequestHandler =>
  (req, res, next) => {
    const timer = setTimeout(() => {
      // The rest of the body may still be on its way: the connection can't be used again.
      res.setHeader('connection', 'close');
      finish(new TaskwireError('body_timeout', { got: `no complete body within ${timeoutMs} ms` }));
    }, timeoutMs);
    let done = false;
    const finish = (error?: unknown) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      res.off('close', onLeave);
      if (error) return next(bodyError(error, contentType(req)));
      try {
        (req as Request & { parsedBody: Body }).parsedBody = toBody(req);
        next();
      } catch (caught) {
        next(caught);
      }
    };
    const onLeave = () => finish(new TaskwireError('client_closed'));
    res.once('close', onLeave);
    const type = contentType(req);
    const limit = limitFor(type);
    const declared = Number(req.headers['content-length'] ?? 0);
    const reader = readerFor(type);
    const compressed = reader === readForm ? compressedForm(req) : undefined;
    if (reader === readForm)
      capLength(req, limit, () => {
        if (!res.headersSent) res.setHeader('connection', 'close');
        finish(tooLarge(limit));
      });
    if (declared > hopeless * limit) {
      // What is a little too large is read to its end, so that the client is there to hear why; this is not.
      res.setHeader('connection', 'close');
      finish(tooLarge(limit, { got: `${declared} bytes` }));
    } else if (compressed) finish(compressed);
    else if (reader) reader(req, res, finish);
    else finish(unsupported(type));
  };

const contentType = (req: Request): string =>
  (req.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();

/** Other bodies are inflated by their readers; the parser of forms would take the bytes for a form cut off. */
const compressedForm = (req: Request): TaskwireError | undefined => {
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() === 'identity') return undefined;
  return new TaskwireError('unsupported_media', {
    param: 'content-encoding',
    message: 'A form is not read compressed.',
    got: show(encoding),
    allowed: 'identity, or a JSON or raw body, which may be gzip, deflate or br',
  });
};

/** A form's parts are capped one by one; a form sent in chunks says nowhere how long it is. */
const capLength = (req: Request, limit: number, onTooLong: () => void): void => {
  let received = 0;
  req.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > limit) onTooLong();
  });
};

const readerFor = (type: string): RequestHandler | undefined => {
  // Clients that send bytes without a word may mean a file.
  if (type === '') return readRaw;
  if (type === 'application/json' || type.endsWith('+json')) return readJson;
  if (type === 'multipart/form-data') return readForm;
  return isMedia(type) ? readRaw : undefined;
};

/** Times the limit. */
const hopeless = 4;
/** A form's names, types and borders come on top of its file. */
const formOverhead = 2 ** 20;

const limitFor = (type: string): number => {
  if (type === 'multipart/form-data') return maxMediaBytes + 64 * maxFieldBytes + formOverhead;
  return isMedia(type) || type === '' ? maxMediaBytes : maxJsonBytes;
};

const isMedia = (type: string): boolean =>
  mediaTypes.some((known) => (known.endsWith('/*') ? type.startsWith(known.slice(0, -1)) : type === known));

const toBody = (req: Request): Body => {
  const type = contentType(req);
  if (type === 'multipart/form-data') return toFormBody(req);
  const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  if (isMedia(type) || (type === '' && sniff(bytes)))
    return { form: 'raw', fields: { ...req.query }, textual: true, file: bytes };
  const body: unknown = type === '' ? parseJson(bytes) : req.body === undefined ? {} : req.body;
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new TaskwireError('invalid_json', { message: 'The body must be a JSON object.' });
  }
  if (isTooDeep(body)) throw tooDeep();
  return { form: 'json', fields: body as Record<string, unknown>, textual: false };
};

const toFormBody = (req: Request): Body => {
  const [file] = (req.files ?? []) as Express.Multer.File[];
  // What a browser sends where no file was chosen has no name and no bytes.
  const isChosen = file && (file.originalname !== unnamed || file.size > 0);
  const uploaded = isChosen ? { name: file.fieldname, bytes: file.buffer } : undefined;
  const { fields, media } = readFormFields({ ...(req.body as object) }, uploaded);
  return {
    form: 'multipart',
    fields,
    textual: true,
    ...(media ? { file: media.bytes, fileField: media.name } : {}),
  };
};

/** What is no UTF-8 would be read with marks in place of it. */
const assertText = (bytes: Buffer, charset = 'utf-8'): void => {
  if (charset === 'utf-8' && !isUtf8(bytes)) throw new Error('it is not UTF-8');
};

const parseJson = (bytes: Buffer): unknown => {
  if (bytes.byteLength > maxJsonBytes) throw tooLarge(maxJsonBytes);
  if (bytes.byteLength === 0) return {};
  try {
    assertText(bytes);
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw notJson((error as Error).message);
  }
};

const notJson = (why: string | undefined): TaskwireError =>
  new TaskwireError('invalid_json', { message: `The body is not valid JSON: ${why}.` });

const tooDeep = (): TaskwireError =>
  new TaskwireError('invalid_field', {
    param: 'body',
    message: 'The body is nested too deep.',
    allowed: `${mostLevels} levels`,
  });

const unsupported = (type: string): TaskwireError =>
  new TaskwireError('unsupported_media', {
    param: 'content-type',
    got: type,
    allowed: 'application/json, multipart/form-data, or an image/* or audio/* body',
  });

/** The readers' errors in our codes. */
export const bodyError = (error: unknown, type: string, limit = limitFor(type)): unknown => {
  if (error instanceof MulterError) return fromMulter(error);
  if (error instanceof TaskwireError) return error;
  const { type: kind, status, message } = error as { type?: string; status?: number; message?: string };
  if (kind === 'entity.too.large') return tooLarge(limit);
  if (kind === 'entity.parse.failed' || kind === 'entity.verify.failed') return notJson(message);
  if (kind === 'encoding.unsupported' || kind === 'charset.unsupported')
    return new TaskwireError('unsupported_media', { message: `${message}.` });
  if (kind === 'request.aborted') return new TaskwireError('client_closed');
  // Of the system, as when it has no file handles left: not the body's fault, and none of the client's business.
  if ('syscall' in (error as object)) return error;
  // The parser of forms gives its errors no status.
  if ((status ?? 500) >= 500 && type !== 'multipart/form-data') return error;
  return new TaskwireError('invalid_field', {
    param: 'body',
    message: `The body cannot be read: ${message}.`,
  });
};

const fromMulter = ({ code, field, message }: MulterError): TaskwireError => {
  if (code === 'LIMIT_FILE_SIZE') return tooLarge(maxMediaBytes);
  if (code === 'LIMIT_FIELD_VALUE') return tooLarge(maxFieldBytes, field ? { param: field } : {});
  if (code === 'LIMIT_FILE_COUNT')
    return new TaskwireError('too_many_inputs', { got: 'several files', allowed: 'one file' });
  return new TaskwireError('invalid_field', {
    param: field ?? 'body',
    message: `The form cannot be read: ${message}.`,
  });
};

/** Puts an uploaded file, or the text that stands for one, where the task expects its media. */
export const withMedia = (body: Body, media: MediaKind | undefined): Record<string, unknown> => {
  const { form, fields, file } = body;
  if (!file) return form === 'multipart' && media ? withTextualFile(fields, media) : { ...fields };
  if (!media)
    throw new TaskwireError('invalid_field', { param: 'file', message: 'This task takes no file.' });
  return { ...fields, [media]: file };
};

/** A data URL or base64 in a form's `file`: the name under which it would have uploaded. */
const withTextualFile = (
  { file, ...fields }: Readonly<Record<string, unknown>>,
  media: MediaKind,
): Record<string, unknown> => {
  if (typeof file !== 'string') return file === undefined ? fields : { ...fields, file };
  if (fields[media] === undefined) return { ...fields, [media]: file };
  throw new TaskwireError('too_many_inputs', { got: 'several files', allowed: 'one file' });
};
