/** Fetching for clients, through the service, from servers of the test's own. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { makeFetchUrl } from '../../src/media/fetch-url.js';
import { garbageCollector } from '../helpers/collect-garbage.js';
import { type Answer, type Served, serve } from '../helpers/serve.js';
import { until } from '../helpers/until.js';

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(92)]);
const limit = 25 * 2 ** 20;
const servers: Server[] = [];
/** As private as 127.0.0.1, and on the service's list of exceptions. */
const filesHost = '127.0.0.2';

const listen = async (answer: RequestListener, host = '127.0.0.1'): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  return `http://${host}:${(server.address() as AddressInfo).port}`;
};

const asked: string[] = [];
let files = '';
let secret = '';
let service: Served;
beforeAll(async () => {
  secret = await listen((req, res) => {
    asked.push(`secret ${req.url}`);
    res.end(png);
  });
  files = await listen((req, res) => {
    asked.push(req.url ?? '');
    const [, route, rest = ''] = /^\/([^/]*)\/?(.*)$/.exec(req.url ?? '') ?? [];
    if (route === 'png') res.end(png);
    else if (route === 'packed') pack(req, res);
    else if (route === 'text') res.end('no picture at all');
    else if (route === 'missing') res.writeHead(404).end(png);
    else if (route === 'to') res.writeHead(302, { location: decodeURIComponent(rest) }).end();
    else if (route === 'hops')
      res.writeHead(307, { location: rest === '0' ? '/png' : `/hops/${Number(rest) - 1}` }).end();
    else if (route === 'nowhere') res.writeHead(302).end();
    else if (route === 'circle') res.writeHead(302, { location: '/circle' }).end();
    else if (route === 'declared') res.writeHead(200, { 'content-length': limit + 1 }).write(png);
    else if (route === 'endless') pour(res, limit + 2 ** 20);
    else if (route === 'short')
      res.writeHead(200, { 'content-length': 1000 }).write(png, () => res.destroy());
    else res.destroy();
  }, filesHost);
  service = await serve({ env: { TASKWIRE_FETCH_ALLOW: filesHost } });
});
afterAll(async () => {
  await service.close();
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});
beforeEach(() => void asked.splice(0));

/** As servers do that pack what they send unless asked not to. */
const pack = (req: IncomingMessage, res: ServerResponse): void => {
  if (req.headers['accept-encoding'] === 'identity') res.end(png);
  else res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(png));
};

/** So many bytes without saying how many. */
const pour = (res: ServerResponse, bytes: number): void => {
  const piece = Buffer.alloc(2 ** 18);
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !res.destroyed) {
      left -= piece.byteLength;
      if (!res.write(piece)) return void res.once('drain', more);
    }
    res.end();
  };
  more();
};

const weigh = (image_url: string) => service.post('/v1/inference/weigh', { image_url });
const outcome = ({ status, json }: Answer) => [status, json?.error?.code];
const to = (target: string) => `${files}/to/${encodeURIComponent(target)}`;

test('a picture is fetched', async () => {
  expect((await weigh(`${files}/png`)).json.weight).toBe(100);
});

test('a server that packs what it sends is asked not to', async () => {
  expect((await weigh(`${files}/packed`)).json.weight).toBe(100);
});

test('a private address is refused by name, and nobody is asked', async () => {
  const answer = await weigh(secret);
  expect([...outcome(answer), answer.json.error.param]).toEqual([400, 'url_not_allowed', 'image_url']);
  expect(asked).toEqual([]);
});

test.each(['http://localhost', 'http://LOCALHOST', 'http://2130706433', 'http://0x7f.1'])(
  '%s is a private address by another name',
  async (host) => {
    const answer = await weigh(`${host}:${new URL(secret).port}/`);
    expect(outcome(answer)).toEqual([400, 'url_not_allowed']);
    expect(asked).toEqual([]);
  },
);

test('three redirects are followed, a fourth is not', async () => {
  expect((await weigh(`${files}/hops/2`)).status).toBe(200);
  expect(outcome(await weigh(`${files}/hops/3`))).toEqual([400, 'url_fetch_failed']);
});

test.each([
  ['a private address', () => secret],
  ['a private address, told relative to the scheme', () => secret.replace('http:', '')],
  ['the metadata service', () => 'http://169.254.169.254/latest/meta-data/'],
  ['a file', () => 'file:///etc/passwd'],
  ['a data URL', () => 'data:image/png;base64,iVBORw0KGgo='],
  ['an address with credentials', () => `${files.replace('//', '//user:pass@')}/png`],
  ['localhost', () => `http://localhost:${new URL(secret).port}/`],
])('a redirect to %s is refused', async (_, target) => {
  expect(outcome(await weigh(to(target())))).toEqual([400, 'url_not_allowed']);
  expect(asked.filter((url) => url.startsWith('secret'))).toEqual([]);
});

test.each([
  ['to nowhere', '/nowhere'],
  ['to what is no address', '/to/http%3A%2F%2F%5B'],
  ['in a circle', '/circle'],
])('a redirect %s cannot be followed', async (_, path) => {
  const answer = await weigh(`${files}${path}`);
  expect(answer.status).toBe(400);
  expect(answer.json.error.code).toMatch(/^url_/);
});

test('a redirect may be relative', async () => {
  expect((await weigh(to('/png'))).status).toBe(200);
});

test.each([
  ['that is not there', '/missing', 400, 'url_fetch_failed'],
  ['that breaks off', '/short', 400, 'url_fetch_failed'],
  ['whose server hangs up', '/gone', 400, 'url_fetch_failed'],
  ['that is text', '/text', 415, 'unsupported_media'],
  ['that says it is too large', '/declared', 413, 'body_too_large'],
  ['that is too large and does not say so', '/endless', 413, 'body_too_large'],
])('a file %s is refused', async (_, path, status, code) => {
  expect(outcome(await weigh(`${files}${path}`))).toEqual([status, code]);
});

test('a port where nobody listens cannot be fetched, and the next request works', async () => {
  expect(outcome(await weigh(`http://${filesHost}:1/`))).toEqual([400, 'url_fetch_failed']);
  expect((await weigh(`${files}/png`)).status).toBe(200);
});

test('a data URL is no fetching, and works where fetching is off', async () => {
  const off = await serve({ env: { TASKWIRE_FETCH_URLS: 'off', TASKWIRE_FETCH_ALLOW: filesHost } });
  const post = (image_url: string) => off.post('/v1/inference/weigh', { image_url });
  expect((await post(`data:image/png;base64,${png.toString('base64')}`)).json.weight).toBe(100);
  expect(outcome(await post(`${files}/png`))).toEqual([400, 'url_not_allowed']);
  await off.close();
});

test('an address is resolved once and pinned: a name that changes its mind gains nothing', async () => {
  const { port } = new URL(files);
  const answers = [[filesHost], ['127.0.0.1']];
  let resolved = 0;
  const fetchUrl = makeFetchUrl({
    enabled: true,
    allow: [filesHost],
    resolve: async () => answers[Math.min(resolved++, 1)]!,
  });
  const { signal } = new AbortController();
  const bytes = await fetchUrl(`http://rebinding.test:${port}/png`, 'image_url', signal);
  expect([bytes.byteLength, resolved]).toEqual([100, 1]);
  await expect(fetchUrl(`http://rebinding.test:${port}/png`, 'image_url', signal)).rejects.toMatchObject({
    code: 'url_not_allowed',
  });
  // Each hop of a redirect is resolved and checked anew.
  resolved = 0;
  const again = `http://rebinding.test:${port}/png`;
  await expect(
    fetchUrl(`http://rebinding.test:${port}/to/${encodeURIComponent(again)}`, 'image_url', signal),
  ).rejects.toMatchObject({ code: 'url_not_allowed' });
});

test('the server is told the name it was asked for, and no credential of ours', async () => {
  let seen: Record<string, unknown> = {};
  const url = await listen((req, res) => {
    seen = req.headers;
    res.end(png);
  }, filesHost);
  await weigh(`${url}/a.png`);
  expect(seen.host).toBe(new URL(url).host);
  expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['authorization']));
  expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['cookie']));
});

test.each([
  ['a server that says nothing', async () => listen(() => {}, filesHost)],
  ['a server that sends a byte now and then', async () => listen(trickle, filesHost)],
  ['a name that takes forever to resolve', async () => 'http://slow.test/'],
])('%s is given up on', async (_, address) => {
  const fetchUrl = makeFetchUrl({
    enabled: true,
    allow: [filesHost],
    timeoutMs: 300,
    resolve: () => new Promise(() => {}),
  });
  await expect(fetchUrl(await address(), 'image_url', new AbortController().signal)).rejects.toMatchObject({
    code: 'url_fetch_failed',
    message: expect.stringMatching(/within 0\.3 s/),
  });
});

test('the deadline survives the collector of garbage', async () => {
  const collect = garbageCollector();
  const collecting = setInterval(() => collect(), 20).unref();
  const fetchUrl = makeFetchUrl({ enabled: true, allow: [filesHost], timeoutMs: 300 });
  const address = await listen(trickle, filesHost);
  const fetched = fetchUrl(address, 'image_url', new AbortController().signal);
  await expect(fetched.finally(() => clearInterval(collecting))).rejects.toMatchObject({
    message: expect.stringMatching(/within 0\.3 s/),
  });
});

const trickle: RequestListener = (_req, res) => {
  const timer = setInterval(() => res.write('x'), 20);
  res.on('close', () => clearInterval(timer));
};

test('a client that leaves ends its fetch', async () => {
  let closed = false;
  const url = await listen((req) => req.socket.on('close', () => (closed = true)), filesHost);
  const controller = new AbortController();
  const asking = service.fetch('/v1/inference/weigh', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ image_url: url }),
    signal: controller.signal,
  });
  await until(async () => (await connections(servers.at(-1)!)) > 0);
  controller.abort();
  await expect(asking).rejects.toThrow();
  await until(() => closed);
});

const connections = (server: Server) =>
  new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
