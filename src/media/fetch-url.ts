/**
 * Fetches media from the internet for a client, and nothing else: no private address in any spelling, no redirect to
 * one, no credentials, no file that is too large or too slow.
 */
import { request } from 'undici';
import { TaskwireError } from '../errors.js';
import { type FetchUrl, maxMediaBytes } from './load-media.js';
import {
  agentFor,
  defaultTimeoutMs,
  type FetchRules,
  notAllowed,
  type PinOptions,
  parseUrl,
  pin,
  resolveAll,
} from './safe-address.js';

const maxRedirects = 3;

export const makeFetchUrl =
  ({ enabled, allow, resolve = resolveAll, timeoutMs = defaultTimeoutMs }: FetchRules): FetchUrl =>
  async (url, param, signal) => {
    if (!enabled) throw notAllowed(param, 'this service does not fetch URLs');
    // Held by name until the end: what `any` waits for, it does not keep from the garbage collector (Node 20).
    const deadline = AbortSignal.timeout(timeoutMs);
    const limit = AbortSignal.any([signal, deadline]);
    const options = { allow, resolve, param, signal: limit };
    try {
      let target = parseUrl(url, param);
      for (let hop = 0; hop <= maxRedirects; hop++) {
        const next = await get(target, await pin(target, options), options);
        if (next instanceof Uint8Array) return next;
        target = parseUrl(next, param, target);
      }
    } catch (error) {
      if (error instanceof TaskwireError) throw error;
      const why = deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : 'the connection failed';
      throw failed(param, why, error);
    }
    throw failed(param, `it redirects more than ${maxRedirects} times`);
  };

/** The body, or where a redirect leads. */
const get = async (
  url: URL,
  address: string,
  { param, signal }: PinOptions,
): Promise<Uint8Array | string> => {
  const agent = agentFor(address);
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent,
      signal,
      // What is asked for is the file; without a word a server may pack it.
      headers: { 'user-agent': 'taskwire', 'accept-encoding': 'identity' },
    });
    const { location } = headers;
    if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
      await body.dump();
      return location;
    }
    if (statusCode !== 200) throw failed(param, `the server answered ${statusCode}`);
    if (Number(headers['content-length'] ?? 0) > maxMediaBytes) throw tooLarge(param);
    return new Uint8Array(await body.arrayBuffer());
  } catch (error) {
    if ((error as { code?: string }).code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw tooLarge(param);
    throw error;
  } finally {
    void agent.destroy();
  }
};

const failed = (param: string, why: string, cause?: unknown): TaskwireError =>
  new TaskwireError('url_fetch_failed', { param, message: `The URL could not be fetched: ${why}.`, cause });

const tooLarge = (param: string): TaskwireError =>
  new TaskwireError('body_too_large', {
    param,
    message: 'The file behind the URL is too large.',
    allowed: `${maxMediaBytes} bytes`,
  });
