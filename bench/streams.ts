/** Many generations at once over HTTP with server-sent events, each token's arrival noted. */
import { connect } from 'node:net';
import { encodeRequest } from './load.js';
import type { Running } from './service.js';

export interface StreamResult {
  readonly tokens: number;
  readonly promptTokens: number;
  readonly startedAt: number;
  /** When each event with text came. */
  readonly arrivals: readonly number[];
  readonly endedAt: number;
}

export interface StreamRequest {
  readonly path: string;
  readonly body: object;
  /** What the last event says there was in all. */
  readonly totals: (
    event: Record<string, unknown>,
  ) => { readonly tokens: number; readonly promptTokens: number } | undefined;
}

/** Beginning of an event, in a stream of lines. */
const eventStart = 'data: {';

/**
 * One generation; resolves when the stream has ended. By a socket, and parsed no more than needed: client and server share
 * the cores. Lines between those of events, such as the sizes of chunks, are passed over.
 */
export const stream = (server: Running, { path, body, totals }: StreamRequest): Promise<StreamResult> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const startedAt = performance.now();
    const arrivals: number[] = [];
    let isAccepted = false;
    let rest = '';
    let last = '';
    const socket = connect(Number(port), hostname).setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      const now = performance.now();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      isAccepted ||= lines[0]?.startsWith('HTTP/1.1 200') ?? false;
      for (const line of lines) {
        if (!line.startsWith(eventStart)) continue;
        arrivals.push(now);
        last = line;
      }
    });
    socket.on('error', reject);
    socket.on('end', () => {
      if (!isAccepted) return reject(new Error(`refused: ${rest}`));
      const sum = last
        ? totals(JSON.parse(Buffer.from(last.slice(eventStart.length - 1), 'latin1').toString()))
        : undefined;
      if (sum) arrivals.pop();
      resolve({ tokens: 0, promptTokens: 0, ...sum, startedAt, arrivals, endedAt: performance.now() });
    });
    const headers = { ...server.headers, 'content-type': 'application/json', connection: 'close' };
    socket.write(encodeRequest({ path, headers, body: JSON.stringify(body) }, hostname));
  });

/** Tokens a second while all streams ran: from the last first token to the first end. */
export const steadyRate = (results: readonly StreamResult[]): number => {
  const from = Math.max(...results.map(({ arrivals }) => arrivals[0] ?? 0));
  const to = Math.min(...results.map(({ endedAt }) => endedAt));
  const counted = results.reduce((sum, { arrivals, tokens }) => {
    // Some pieces hold more than one token, or none: arrivals are scaled to the tokens that were counted.
    const inside = arrivals.filter((at) => at > from && at <= to).length;
    return sum + (arrivals.length > 0 ? (inside * tokens) / arrivals.length : 0);
  }, 0);
  return (counted * 1000) / (to - from);
};

/** Milliseconds between what came and what came next. */
export const gaps = ({ arrivals: at }: StreamResult): number[] => at.slice(1).map((time, i) => time - at[i]!);

/** Milliseconds until something came, the end at the latest. */
export const firstToken = ({ startedAt, arrivals: at, endedAt }: StreamResult): number =>
  (at[0] ?? endedAt) - startedAt;

export const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;
