/** Where an application is served: from the opened port to the last connection. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { makeServer } from './server.js';

/** Longer than proxies keep idle connections (60 s): who closes first may cut off a request on its way. */
const keepAliveMs = 65_000;
const sweepMs = 50;

export class Listener {
  readonly #app: Express;
  #server: Server | undefined;

  constructor(app: Express) {
    this.#app = app;
  }

  /** Resolves with the URL. */
  listen(port: number, host: string): Promise<string> {
    const server = makeServer(this.#app);
    this.#server = server;
    server.keepAliveTimeout = keepAliveMs;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        const { address, port, family } = server.address() as AddressInfo;
        resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${port}`);
      });
    });
  }

  /** Takes no more connections; resolves when all are closed. */
  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    // A connection closes as soon as nothing is on it: bodies still arrive, answers still leave.
    const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
    await new Promise((resolve) => server.close(resolve));
    clearInterval(sweep);
  }

  /** Cuts off what is still on its connections. */
  cut(): void {
    this.#server?.closeAllConnections();
  }
}
