import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import express, { type Express } from 'express';
import { makeServer } from '../../../src/http/server.js';

test('requests and responses come as Express would make them', async () => {
  const app = express();
  app.set('trust proxy', true);
  const server = makeServer(app);
  const found: object[] = [];
  server.prependListener('request', (req, res) => {
    found.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
  });
  app.get('/', (req, res) => {
    found.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
    res
      .set('x-same', String(req.app === app && res.app === app))
      .json({ ip: req.ip, type: req.get('accept') });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const answer = await fetch(url, { headers: { accept: 'text/x', 'x-forwarded-for': '10.1.2.3' } });
  expect(await answer.json()).toEqual({ ip: '10.1.2.3', type: 'text/x' });
  expect(answer.headers.get('x-same')).toBe('true');
  const [reqBefore, resBefore, reqAfter, resAfter] = found;
  expect(reqAfter).toBe(reqBefore);
  expect(resAfter).toBe(resBefore);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A server that is impatient, and a socket to it that has asked for `/`. */
const asked = async (app: Express, keepAliveMs = 60_000) => {
  const server = makeServer(app, { patienceMs: 100 });
  server.keepAliveTimeout = keepAliveMs;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
  const end = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { server, socket, end };
};

test('a reader that takes nothing of an answer is given up', async () => {
  const app = express();
  app.get('/', (_req, res) => void res.end(Buffer.alloc(64 * 2 ** 20)));
  const { server, socket, end } = await asked(app);
  const connection = once(server, 'connection');
  socket.pause();
  const [taken] = await connection;
  await once(taken, 'close');
  socket.destroy();
  await end();
});

test('whoever computes for longer is not, and an idle connection ends when it should', async () => {
  const app = express();
  app.get('/', (_req, res) => void setTimeout(() => res.end('done'), 350));
  const { socket, end } = await asked(app, 200);
  let said = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(socket, 'close');
  expect(said).toMatch(/^HTTP\/1.1 200 .*done$/s);
  await end();
});
