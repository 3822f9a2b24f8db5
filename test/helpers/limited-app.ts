/** An application that does nothing but limit rates: what comes behind them is the status that the path names. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import type { Caller } from '../../src/admission/admission.js';
import { LocalStore } from '../../src/admission/rate-store.js';
import type { Resolved } from '../../src/catalogue/catalogue.js';
import { renderNativeError } from '../../src/dialects/native.js';
import { contextOf, openContext } from '../../src/http/context.js';
import { handleErrors } from '../../src/http/error-handler.js';
import { limitRates, type RateLimitOptions } from '../../src/http/rate-limit.js';
import { testPlans } from './caller.js';
import { type Client, clientOf } from './client.js';

export interface LimitedApp extends Client {
  /** Posts as a caller; answers that status unless a rate says otherwise. */
  ask(caller: string, status?: number): Promise<{ readonly status: number; readonly headers: Headers }>;
  close(): Promise<void>;
}

const model = { entry: { id: 'test/model', task: { name: 'text-generation' } } } as unknown as Resolved;

export const limitedApp = async (
  callers: Readonly<Record<string, Caller>>,
  store: RateLimitOptions['store'] = () => new LocalStore(),
): Promise<LimitedApp> => {
  const app = express();
  app.use(openContext(renderNativeError));
  app.use((req, res, next) => {
    contextOf(res).caller = callers[req.get('x-caller')!]!;
    next();
  });
  app.use(limitRates({ plans: testPlans, store }));
  app.post('/:status', async (req, res) => {
    await contextOf(res).limitModel(model);
    res.status(Number(req.params.status)).json({});
  });
  app.use(handleErrors(pino({ level: 'silent' })));
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'unused');
  return {
    ...client,
    ask: (caller, status = 200) => client.post(`/${status}`, {}, { 'x-caller': caller }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
