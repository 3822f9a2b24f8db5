import type { AddressInfo } from 'node:net';
import express from 'express';
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
