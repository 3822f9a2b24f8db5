import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import express from 'express';
import { EventStream } from '../../../src/http/sse.js';
import { defer } from '../../helpers/deferred.js';
import { head, openSocket } from '../../helpers/raw-http.js';
import { until } from '../../helpers/until.js';

/** One request to a server that leaves the answer to the test. */
const open = async () => {
  const arrived = defer<Response>();
  const app = express();
  app.get('/', (_req, res) => arrived.resolve(res));
  const server: Server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const socket = await openSocket(url);
  socket.pause();
  socket.write(head('GET /', { Connection: 'close' }));
  const res = await arrived.promise;
  return { events: new EventStream(res), res: res as ServerResponse, socket, server };
};

const piece = { text: 'x'.repeat(2 ** 16) };
/** Together more than a system keeps for a reader that does not read. */
const pieces = 1_500;

test('a reader that does not read is waited for, and then gets everything in order', async () => {
  const { events, res, socket, server } = await open();
  let sent = 0;
  const sending = (async () => {
    for (; sent < pieces; sent++) await events.send({ ...piece, n: sent });
    events.end();
  })();
  await until(() => res.writableNeedDrain);
  expect(sent).toBeLessThan(pieces);
  const received: Buffer[] = [];
  socket.on('data', (data) => received.push(data));
  socket.resume();
  await Promise.all([sending, once(socket, 'close')]);
  const numbers = [
    ...Buffer.concat(received)
      .toString()
      .matchAll(/"n":(\d+)/g),
  ].map(([, n]) => Number(n));
  expect(numbers).toEqual(Array.from({ length: pieces }, (_, n) => n));
  server.close();
});

test('waiting for a slow reader again and again leaves no listeners behind', async () => {
  const { events, res, socket, server } = await open();
  socket.resume();
  const before = res.listenerCount('close');
  let waits = 0;
  for (let i = 0; i < 300; i++) {
    const sending = events.send(piece);
    if (res.writableNeedDrain) waits++;
    await sending;
  }
  expect(waits).toBeGreaterThan(20);
  expect(res.listenerCount('close') - before).toBeLessThanOrEqual(1);
  events.end();
  socket.destroy();
  server.close();
});

test('a reader that hangs up ends the wait, and what is sent after that vanishes', async () => {
  const { events, res, socket, server } = await open();
  const sending = (async () => {
    for (let i = 0; i < pieces; i++) await events.send(piece);
  })();
  await until(() => res.writableNeedDrain);
  socket.destroy();
  await sending;
  events.end();
  server.close();
});
