/** For the OpenAPI document: what a client may do with the thing that it was shown. Paths are below the same mount. */
import type { Link, Links } from '../../http/openapi.js';

const byId = (method: string, path: string): Link => ({
  method,
  path,
  parameters: { id: '$response.body#/id' },
});

export const keyLinks: Links = { revoke: byId('delete', '/keys/{id}') };

export const anyKeyLinks: Links = { revoke: byId('delete', '/admin/keys/{id}') };

export const accountLinks: Links = {
  show: byId('get', '/admin/accounts/{id}'),
  change: byId('patch', '/admin/accounts/{id}'),
  listKeys: byId('get', '/admin/accounts/{id}/keys'),
  makeKey: byId('post', '/admin/accounts/{id}/keys'),
  showCredits: byId('get', '/admin/accounts/{id}/credits'),
  addCredits: byId('post', '/admin/accounts/{id}/credits'),
};

export const teamLinks: Links = { change: byId('patch', '/admin/teams/{id}') };

/** The page after this one; on the last there is none. */
export const pageLinks = (path: string): Links => ({
  next: { method: 'get', path, parameters: { cursor: '$response.body#/next_cursor' } },
});
