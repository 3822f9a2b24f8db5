/**
 * A closed-loop load: so many clients, each sends its next request when it has its answer. Client and server share the
 * cores, so the client does as little as it can: a socket each, requests as prepared bytes, answers not parsed.
 */
import { connect, type Socket } from 'node:net';

export interface BenchRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface LoadOptions {
  readonly url: string;
  readonly concurrency: number;
  readonly seconds: number;
  /** The i-th request; distinct inputs, so that no cache helps. */
  readonly request: (i: number) => BenchRequest;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Warms up for a fifth of the time, then measures. */
export const drive = async ({ url, concurrency, seconds, request }: LoadOptions): Promise<LoadResult> => {
  const { hostname, port } = new URL(url);
  const latencies: number[] = [];
  let next = 0;
  let failed = 0;
  let measuring = false;
  let running = true;
  const client = async () => {
    const connection = new Connection(connect(Number(port), hostname));
    while (running) {
      const bytes = encodeRequest(request(next++), hostname);
      const startedAt = performance.now();
      const status = await connection.send(bytes);
      if (!measuring) continue;
      if (status === 200) latencies.push(performance.now() - startedAt);
      else failed++;
    }
    connection.close();
  };
  const clients = Array.from({ length: concurrency }, client);
  await sleep(seconds * 200);
  measuring = true;
  const startedAt = performance.now();
  await sleep(seconds * 1000);
  running = false;
  const elapsed = performance.now() - startedAt;
  const counted = latencies.length;
  await Promise.all(clients);
  return { perSecond: (counted * 1000) / elapsed, ...percentiles(latencies), failed };
};

export const percentiles = (latencies: readonly number[]) => {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
};

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** As it travels. */
export const encodeRequest = ({ path, headers, body }: BenchRequest, host: string): Buffer => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}content-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
};

const patienceMs = 120_000;

/** One keep-alive connection; knows just enough HTTP/1.1 to tell where an answer ends. */
class Connection {
  readonly #socket: Socket;
  /** What has come, up to the end of its head; then only its last bytes. */
  #head = '';
  #tail = '';
  #length = 0;
  #done: ((status: number) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('nothing came for two minutes')));
    socket.on('error', (error) => this.#fail?.(error));
    socket.on('close', () => this.#fail?.(new Error('the server closed the connection')));
  }

  send(bytes: Buffer): Promise<number> {
    this.#head = '';
    this.#tail = '';
    this.#length = 0;
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#fail = reject;
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#fail = undefined;
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#length += chunk.length;
    let headEnd = this.#head.indexOf('\r\n\r\n');
    if (headEnd < 0) {
      this.#head += chunk.toString('latin1');
      headEnd = this.#head.indexOf('\r\n\r\n');
    }
    this.#tail = (this.#tail + chunk.toString('latin1', Math.max(0, chunk.length - 5))).slice(-5);
    if (headEnd < 0) return;
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(this.#head.slice(0, headEnd)) ?? [];
    const isComplete =
      length === undefined ? this.#tail === '0\r\n\r\n' : this.#length >= headEnd + 4 + Number(length);
    if (isComplete) this.#done?.(Number(this.#head.slice(9, 12)));
  }
}
