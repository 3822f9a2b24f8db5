/** Server-sent events: one event is one write, a slow reader is waited for, silence is filled with comments. */
import type { Response } from 'express';
import { drained } from './drained.js';

/** Proxies close what is silent for a minute; clients need a sign of life well before. */
const keepAliveMs = 15_000;

export const eventText = (data: object | string): string =>
  typeof data === 'string' ? data : JSON.stringify(data);

export class EventStream {
  readonly #res: Response;
  #timer: NodeJS.Timeout | undefined;

  constructor(res: Response) {
    this.#res = res;
  }

  /** From now on the connection shows life, even before the first event. */
  keepAlive(): void {
    this.#timer ??= setInterval(() => this.#write(': keep-alive\n\n'), keepAliveMs).unref();
  }

  /** Whether anything has gone out: then an error can only be an event. */
  get begun(): boolean {
    return this.#res.headersSent;
  }

  /** Resolves when the reader has room for more. */
  async send(data: object | string): Promise<void> {
    const roomy = this.#write(`data: ${eventText(data)}\n\n`);
    if (!roomy) await drained(this.#res);
  }

  /** Also when nothing was sent; then the answer is still to be given. */
  end(): void {
    clearInterval(this.#timer);
    if (this.begun) this.#res.end();
  }

  #write(text: string): boolean {
    const res = this.#res;
    if (res.closed || res.writableEnded) return true;
    if (!res.headersSent) {
      res.status(200);
      res.setHeader('content-type', 'text/event-stream; charset=utf-8');
      res.setHeader('cache-control', 'no-cache, no-transform');
      // nginx buffers answers otherwise.
      res.setHeader('x-accel-buffering', 'no');
    }
    return res.write(text);
  }
}
