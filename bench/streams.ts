/** Many generations at once over HTTP with server-sent events, each token's arrival noted. */
import { request } from 'node:http';
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

/** One generation; resolves when the stream has ended. */
export const stream = (server: Running, { path, body, totals }: StreamRequest): Promise<StreamResult> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const arrivals: number[] = [];
    let rest = '';
    let last: string | undefined;
    const headers = { ...server.headers, 'content-type': 'application/json' };
    const call = request(`${server.url}${path}`, { method: 'POST', headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
      answer.setEncoding('utf8');
      // Read as little as can be: the cores are the server's.
      answer.on('data', (chunk: string) => {
        const now = performance.now();
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (!line.startsWith('data: {')) continue;
          arrivals.push(now);
          last = line;
        }
      });
      answer.on('end', () => {
        const sum = last === undefined ? undefined : totals(JSON.parse(last.slice(6)));
        if (sum) arrivals.pop();
        resolve({ tokens: 0, promptTokens: 0, ...sum, startedAt, arrivals, endedAt: performance.now() });
      });
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
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
