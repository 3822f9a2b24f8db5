/** Which addresses the service connects to for a client: public ones only, whatever way they are spelt. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent } from 'undici';
import { TaskwireError } from '../errors.js';
import { maxMediaBytes } from './load-media.js';

export interface FetchRules {
  readonly enabled: boolean;
  /** Host names, addresses or CIDR networks that are exempt from the range check. */
  readonly allow: readonly string[];
  /** All addresses of a name. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** For everything together: names, redirects and the body. */
  readonly timeoutMs?: number;
}

export const defaultTimeoutMs = 10_000;

export const resolveAll = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

export interface PinOptions {
  readonly allow: readonly string[];
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly param: string;
  readonly signal: AbortSignal;
}

/** `base`: where a redirect came from, which may be relative to it. */
export const parseUrl = (text: string, param: string, base?: URL): URL => {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw notAllowed(param, 'only http and https URLs are fetched');
  if (url.username || url.password) throw notAllowed(param, 'the URL may not hold credentials');
  return url;
};

/**
 * The one address that will be connected to. Resolved once: a name that answers differently the second time gains
 * nothing. `URL` has already turned `0x7f.1`, `2130706433` and the like into dotted form.
 */
export const pin = async (url: URL, { allow, resolve, param, signal }: PinOptions): Promise<string> => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const known = isIP(host) ? host : isLocalhost(host) ? '127.0.0.1' : undefined;
  const addresses = known ? [known] : await Promise.race([resolve(host).catch(() => []), aborted(signal)]);
  const first = addresses[0];
  if (first === undefined)
    throw new TaskwireError('url_fetch_failed', { param, message: `The host ${host} has no address.` });
  if (allow.includes(host)) return first;
  for (const address of addresses) {
    if (!isPublic(address) && !isAllowed(address, allow))
      throw notAllowed(param, 'its address is not a public one');
  }
  return first;
};

/** This machine by definition (RFC 6761), whatever a resolver says of it. */
const isLocalhost = (host: string): boolean => /(^|\.)localhost\.?$/.test(host);

/** Looking up a name cannot be stopped, only no longer waited for. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/**
 * Clouds' services for their own machines, by address since the ranges do not tell: Azure's WireServer lies in public
 * space. The others are refused by their ranges already, and stay so whatever those come to mean.
 */
const cloudAddresses: ReadonlySet<string> = new Set([
  '168.63.129.16', // Azure
  '169.254.169.254', // AWS, Azure, Google and most others
  '100.100.100.200', // Alibaba
  '192.0.0.192', // Oracle
  'fd00:ec2::254', // AWS
]);

/** Unicast and global; an IPv4 address inside an IPv6 one counts as that IPv4 address. */
const isPublic = (address: string): boolean => {
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || cloudAddresses.has(parsed.toString())) return false;
  if (parsed.kind() === 'ipv4') return true;
  // NAT64, 6to4, Teredo and other wrappers have ranges of their own; the deprecated ::a.b.c.d has none.
  const parts = (parsed as ipaddr.IPv6).parts;
  return parts.slice(0, 6).some((part) => part !== 0);
};

const isAllowed = (address: string, allow: readonly string[]): boolean => {
  const parsed = ipaddr.process(address);
  return allow.some((entry) => {
    if (entry === address) return true;
    if (!ipaddr.isValidCIDR(entry)) return false;
    const [network, bits] = ipaddr.parseCIDR(entry);
    return network.kind() === parsed.kind() && parsed.match(network, bits);
  });
};

/** Connects to this address and no other. */
export const agentFor = (address: string): Agent => {
  const family = isIP(address);
  return new Agent({
    connect: {
      lookup: (_host, options, done) =>
        options.all
          ? done(null, [{ address, family }])
          : (done as (e: null, a: string, f: number) => void)(null, address, family),
    },
    maxResponseSize: maxMediaBytes,
    pipelining: 0,
  });
};

export const notAllowed = (param: string, why: string): TaskwireError =>
  new TaskwireError('url_not_allowed', { param, message: `This URL may not be fetched: ${why}.` });
