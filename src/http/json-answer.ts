/** Writes a JSON answer; a large one in slices, so that rendering thousands of vectors does not stop the event loop. */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Response } from 'express';

/** Items of a top-level array rendered at a time: 64 vectors of 384 numbers take about 3 ms. */
const sliceItems = 64;

export const sendJson = async (res: Response, body: Readonly<Record<string, unknown>>): Promise<void> => {
  res.setHeader('content-type', 'application/json; charset=utf-8');
  const large = Object.values(body).some((value) => Array.isArray(value) && value.length > sliceItems);
  if (!large) {
    res.end(JSON.stringify(body));
    return;
  }
  let separator = '{';
  for (const [key, value] of Object.entries(body)) {
    if (value === undefined) continue;
    res.write(`${separator}${JSON.stringify(key)}:`);
    separator = ',';
    if (Array.isArray(value) && value.length > sliceItems) await writeSliced(res, value);
    else res.write(JSON.stringify(value));
  }
  res.end('}');
};

const writeSliced = async (res: Response, items: readonly unknown[]): Promise<void> => {
  for (let start = 0; start < items.length; start += sliceItems) {
    const slice = JSON.stringify(items.slice(start, start + sliceItems)).slice(1, -1);
    const roomy = res.write(start === 0 ? `[${slice}` : `,${slice}`);
    if (res.closed) return;
    if (roomy) await setImmediate();
    else await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.write(']');
};
