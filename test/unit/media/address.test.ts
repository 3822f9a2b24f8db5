/** Which addresses may be fetched. Nothing is connected to: names resolve to what the test says. */
import { TaskwireError } from '../../../src/errors.js';
import { makeFetchUrl } from '../../../src/media/fetch-url.js';
import { privateAddresses } from '../../helpers/private-addresses.js';

const { signal } = new AbortController();

/** The code with which a URL is refused; `connect` when the rules let it pass and only the connection fails. */
const verdict = async (
  url: string,
  { addresses = [], allow = [] }: { addresses?: readonly string[]; allow?: readonly string[] } = {},
): Promise<string> => {
  const fetchUrl = makeFetchUrl({ enabled: true, allow, resolve: async () => addresses });
  const error = await fetchUrl(url, 'image_url', signal).catch((caught: unknown) => caught);
  if (!(error instanceof TaskwireError)) throw new Error(`fetched ${url}`);
  return error.code === 'url_fetch_failed' && error.message.includes('connection failed')
    ? 'connect'
    : error.code;
};

test.each(privateAddresses)('%s is not fetched', async (url) => {
  expect(await verdict(url)).toBe('url_not_allowed');
});

test.each([
  'file:///etc/passwd',
  'ftp://example.com/a.png',
  'gopher://example.com/_x',
  'ws://example.com/',
  'javascript:alert(1)',
  'blob:http://example.com/x',
  '//example.com/a.png',
  '/etc/passwd',
  'example.com/a.png',
  'http://',
  'http://[::1',
  'http://exa mple.com/',
  'http://127.0.0.1:99999/',
  '',
  ' ',
  'http:\\\\127.0.0.1\\',
])('%j is no address that is fetched', async (url) => {
  expect(await verdict(url, { addresses: ['127.0.0.1'] })).toBe('url_not_allowed');
});

test.each(['http://user:secret@example.com/', 'http://user@example.com/', 'http://:secret@example.com/'])(
  'credentials in %s are refused and not repeated',
  async (url) => {
    const fetchUrl = makeFetchUrl({ enabled: true, allow: [], resolve: async () => ['93.184.215.14'] });
    const error = (await fetchUrl(url, 'image_url', signal).catch(
      (caught: unknown) => caught,
    )) as TaskwireError;
    expect(error.code).toBe('url_not_allowed');
    expect(error.message).not.toContain('secret');
  },
);

test.each([
  ['a private address', ['10.0.0.5']],
  ['loopback', ['127.0.0.1']],
  ['loopback in IPv6', ['::1']],
  ['a mapped private address', ['::ffff:10.0.0.5']],
  ['a public and a private address', ['93.184.215.14', '10.0.0.5']],
  ['a private and a public address', ['10.0.0.5', '93.184.215.14']],
  ['link-local with a zone', ['fe80::1%eth0']],
])('a name that stands for %s is not fetched', async (_, addresses) => {
  expect(await verdict('http://example.com/', { addresses })).toBe('url_not_allowed');
});

test('a name without an address cannot be fetched', async () => {
  expect(await verdict('http://nowhere.example/')).toBe('url_fetch_failed');
});

test('hosts, addresses and networks can be exempt, and nothing beside them', async () => {
  const there = { addresses: ['127.0.0.1'] };
  expect(await verdict('http://intranet:1/', { ...there, allow: ['intranet'] })).toBe('connect');
  expect(await verdict('http://127.0.0.1:1/', { allow: ['127.0.0.1'] })).toBe('connect');
  expect(await verdict('http://127.0.0.1:1/', { allow: ['127.0.0.0/8'] })).toBe('connect');
  expect(await verdict('http://2130706433:1/', { allow: ['127.0.0.0/8'] })).toBe('connect');
  expect(await verdict('http://[::ffff:127.0.0.1]:1/', { allow: ['127.0.0.0/8'] })).toBe('connect');
  expect(await verdict('http://[::1]:1/', { allow: ['::1/128'] })).toBe('connect');
  for (const allow of [['10.0.0.0/8'], ['other'], ['::/0'], ['intranet.example'], ['nonsense/99'], ['']])
    expect([allow, await verdict('http://intranet:1/', { ...there, allow })]).toEqual([
      allow,
      'url_not_allowed',
    ]);
  expect(
    await verdict('http://example.com/', { addresses: ['127.0.0.1', '10.0.0.5'], allow: ['127.0.0.0/8'] }),
  ).toBe('url_not_allowed');
});

test('where fetching is off, no address is', async () => {
  const fetchUrl = makeFetchUrl({ enabled: false, allow: ['127.0.0.1'] });
  await expect(fetchUrl('http://127.0.0.1/', 'image_url', signal)).rejects.toMatchObject({
    code: 'url_not_allowed',
  });
});
