import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Response } from 'express';
import { drained } from '../../../src/http/drained.js';

/** An answer that fills everything between it and a reader that has not begun to read. */
const stuffed = async (test: (res: Response, reader: Socket) => Promise<void>): Promise<void> => {
  const server = createServer();
  const asked = once(server, 'request');
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  reader.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
  const [, res] = (await asked) as [unknown, ServerResponse];
  try {
    expect(res.write(Buffer.alloc(64 * 2 ** 20))).toBe(false);
    await test(res as Response, reader);
  } finally {
    reader.destroy();
    server.closeAllConnections();
    server.close();
  }
};

test('a reader that takes up again is waited for', () =>
  stuffed(async (res, reader) => {
    const waiting = drained(res);
    reader.resume();
    await waiting;
    expect([res.destroyed, res.listenerCount('drain'), res.writableLength]).toEqual([false, 0, 0]);
  }));

test('one that takes nothing any more is given up', () =>
  stuffed(async (res) => {
    await drained(res, 50);
    expect([res.destroyed, res.listenerCount('drain')]).toEqual([true, 0]);
  }));

test('one that has gone is not waited for', () =>
  stuffed(async (res, reader) => {
    const waiting = drained(res);
    reader.destroy();
    await waiting;
    await drained(res);
    expect(res.closed).toBe(true);
  }));
