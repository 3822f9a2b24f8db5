/** Sends a result to an address that a client named, under the rules for fetching from one. */
import { request } from 'undici';
import {
  agentFor,
  defaultTimeoutMs,
  type FetchRules,
  notAllowed,
  parseUrl,
  pin,
  resolveAll,
} from './safe-address.js';

export interface PostUrl {
  /** Throws `url_not_allowed` (or `url_fetch_failed`, where a name has no address). */
  check(url: string, param: string): Promise<void>;
  /** The status of the answer. A redirect is not followed: it would send the result elsewhere. */
  post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<number>;
}

export const makePostUrl = ({
  enabled,
  allow,
  resolve = resolveAll,
  timeoutMs = defaultTimeoutMs,
}: FetchRules): PostUrl => {
  const target = async (text: string, param: string, signal: AbortSignal) => {
    if (!enabled) throw notAllowed(param, 'this service calls no URLs');
    const url = parseUrl(text, param);
    return { url, address: await pin(url, { allow, resolve, param, signal }) };
  };
  return {
    async check(url, param) {
      await target(url, param, AbortSignal.timeout(timeoutMs));
    },
    async post(text, body, headers) {
      const signal = AbortSignal.timeout(timeoutMs);
      const { url, address } = await target(text, 'webhook', signal);
      const dispatcher = agentFor(address);
      try {
        const answer = await request(url, { method: 'POST', dispatcher, signal, headers, body });
        return answer.statusCode;
      } finally {
        void dispatcher.destroy();
      }
    },
  };
};
