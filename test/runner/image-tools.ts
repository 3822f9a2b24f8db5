/** What the image tests share: a child that decodes, and files made by hand. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import type { ErrorMessage } from '../../src/errors.js';
import type { Pixels } from '../../src/media/image-resample.js';
import type { Processed, Request } from './image-child.js';

export interface Answer {
  readonly value?: Pixels & Processed;
  readonly error?: ErrorMessage;
  readonly cause?: string;
}

export class ImageChild {
  readonly #process: ChildProcess;

  constructor() {
    const entry = fileURLToPath(new URL('./image-child.js', import.meta.url));
    this.#process = fork(entry, [], { serialization: 'advanced', execArgv: [] });
  }

  /** One at a time. */
  async ask(request: Request): Promise<Answer> {
    const answered = once(this.#process, 'message');
    this.#process.send(request);
    const [answer] = (await answered) as [Answer];
    return answer;
  }

  async value(request: Request): Promise<Pixels & Processed> {
    const { value, error, cause } = await this.ask(request);
    if (!value) throw new Error(`${error?.message} (${cause})`);
    return value;
  }

  close(): void {
    this.#process.disconnect();
  }
}

/** The picture that scripts/record-image-processors.py draws. */
export const drawnPicture = (width: number, height: number): Pixels => {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, o = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++, o++) data[o] = (x * 11 + y * 17 + c * 71 + ((x * y) % 23) * 5) % 256;
  return { width, height, data };
};

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth?: 8 | 16;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly colour?: 0 | 2 | 3 | 4 | 6;
}

/** A PNG of raw samples, row by row; `extra` chunks go before the data. */
export const pngFile = (
  { width, height, depth = 8, colour = 2 }: PngHeader,
  samples: Uint8Array = new Uint8Array(),
  extra: readonly (readonly [string, Uint8Array])[] = [],
): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  const line = height > 0 ? samples.length / height : 0;
  const lines = Array.from({ length: samples.length > 0 ? height : 0 }, (_, y) =>
    Buffer.from([0, ...samples.subarray(y * line, (y + 1) * line)]),
  );
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...extra.map(([type, body]) => chunk(type, body)),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

const chunk = (type: string, body: Uint8Array): Buffer => {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const out = Buffer.alloc(typed.length + 8);
  out.writeUInt32BE(body.length, 0);
  out.set(typed, 4);
  out.writeUInt32BE(crc32(typed), typed.length + 4);
  return out;
};

const crc32 = (bytes: Uint8Array): number => {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
};
