/** Accounts of a service under test, made as an administrator makes them. */
import { type Client, clientOf } from './client.js';

export interface TestAccount extends Client {
  readonly id: string;
  readonly name: string;
  readonly keyId: string;
}

export const addKey = async (service: Client, account: string, fields: object = {}) => {
  const { status, json } = await service.post(`/v1/admin/accounts/${account}/keys`, {
    name: 'default',
    ...fields,
  });
  if (status !== 201) throw new Error(JSON.stringify(json));
  return { ...clientOf(service.url, json.key as string), keyId: json.id as string };
};

/** With a key; `fields` as the route takes them. */
export const addAccount = async (
  service: Client,
  name: string,
  fields: object = {},
): Promise<TestAccount> => {
  const { status, json } = await service.post('/v1/admin/accounts', { name, ...fields });
  if (status !== 201) throw new Error(JSON.stringify(json));
  return { ...(await addKey(service, name)), id: json.id as string, name };
};

export const send = async (client: Client, method: string, path: string, body?: unknown) => {
  const response = await client.fetch(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? undefined : JSON.parse(text),
  };
};

export const patch = (client: Client, path: string, body: object) => send(client, 'PATCH', path, body);
export const remove = (client: Client, path: string) => send(client, 'DELETE', path);
