/** The account's routes in the OpenAPI document. */
import { aliasOf, type Links, linksOf } from '../../http/openapi.js';
import { errorResponses, openFieldsOf, schemaOf } from '../../http/openapi-schemas.js';
import type { AccountRoute } from './route.js';

const parametersOf = ({ method, path, request }: AccountRoute): object[] => {
  const inPath = path.includes('{id}')
    ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    : [];
  if (method !== 'get') return inPath;
  const { properties = {} } = schemaOf(request, 'input') as { properties?: Record<string, object> };
  const inQuery = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
  return [...inPath, ...inQuery];
};

/** Below the same mount. */
const linksBelow = (mount: string, links: Links = {}): Links | undefined => {
  const entries = Object.entries(links);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, link]) => [name, { ...link, path: mount + link.path }]));
};

const operationOf = (mount: string, route: AccountRoute): object => {
  const { method, access, summary, request, response, status, links } = route;
  const takesBody = method !== 'get' && Object.keys(request.shape).length > 0;
  const csv = 'format' in request.shape ? { 'text/csv': { schema: { type: 'string' } } } : {};
  const content = response && { 'application/json': { schema: schemaOf(response, 'output') }, ...csv };
  return {
    tags: [access === 'admin' ? 'administration' : 'account'],
    summary,
    ...(access === 'anyone' ? { security: [] } : {}),
    parameters: parametersOf(route),
    ...(takesBody
      ? {
          requestBody: {
            required: Object.values(request.shape).some((field) => !field.safeParse(undefined).success),
            content: { 'application/json': { schema: openFieldsOf(request) } },
          },
        }
      : {}),
    responses: {
      [status]: {
        description: response ? 'The answer.' : 'Done.',
        ...(content ? { content } : {}),
        ...linksOf(linksBelow(mount, links)),
      },
      ...errorResponses(),
    },
  };
};

/** Said of the first mount; the others have the same routes. */
export const accountPaths = (
  [mount, ...others]: readonly string[],
  routes: readonly AccountRoute[],
): Readonly<Record<string, object>> => {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = `${mount}${route.path}`;
    paths[path] = { ...paths[path], [route.method]: operationOf(mount!, route) };
    for (const other of others) paths[`${other}${route.path}`] = { ...aliasOf(path) };
  }
  return paths;
};
