/** A client of a service under test: the owner's key in every request unless the test says otherwise. */

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed; `undefined` when the answer is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not
  readonly json: any;
}

export interface Client {
  readonly url: string;
  readonly key: string;
  /** With the owner's key, or without any where `authorization` is empty. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** A body that is an object goes as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export const clientOf = (url: string, key: string): Client => {
  const send = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${key}`);
    if (headers.get('authorization') === '') headers.delete('authorization');
    return fetch(`${url}${path}`, { ...init, headers });
  };
  return {
    url,
    key,
    fetch: send,
    get: async (path, headers = {}) => read(await send(path, { headers })),
    async post(path, body, headers = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;
      const type: Record<string, string> = raw ? {} : { 'content-type': 'application/json' };
      const init = { method: 'POST', headers: { ...type, ...headers } };
      return read(
        await send(path, {
          ...init,
          body: (raw ? body : JSON.stringify(body)) as NonNullable<RequestInit['body']>,
        }),
      );
    },
  };
};

const read = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
};
