/** Writes a JSON answer; a large one in slices, so that rendering thousands of vectors does not stop the event loop. */
import { setImmediate } from 'node:timers/promises';
import { types } from 'node:util';
import type { Response } from 'express';
import { drained } from './drained.js';
import { vectorToJson } from './float-json.js';

/** Items of a top-level array rendered at a time: 64 vectors of 384 numbers take about 1 ms. */
const sliceItems = 64;

/** An answer that is no JSON: it leaves as it stands. */
export class TextAnswer {
  readonly text: string;
  /** Its media type. */
  readonly type: string;

  constructor(text: string, type: string) {
    this.text = text;
    this.type = type;
  }
}

/** A vector that is written as base64 of its bytes, little-endian on every platform that Node runs on. */
export class PackedVector {
  readonly vector: Float32Array;

  constructor(vector: Float32Array) {
    this.vector = vector;
  }

  toJSON(): string {
    const { buffer, byteOffset, byteLength } = this.vector;
    return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  }
}

export type Answer = Readonly<Record<string, unknown>> | readonly unknown[] | TextAnswer;

export const sendAnswer = async (res: Response, answer: Answer): Promise<void> => {
  if (!(answer instanceof TextAnswer)) return sendJson(res, answer);
  res.setHeader('content-type', `${answer.type}; charset=utf-8`);
  res.end(answer.text);
};

/**
 * Vectors may stand in a body's arrays as `Float32Array` or `PackedVector`, by themselves, in arrays of their own or as
 * fields of objects.
 */
const sendJson = async (res: Response, body: Exclude<Answer, TextAnswer>): Promise<void> => {
  res.setHeader('content-type', 'application/json; charset=utf-8');
  if (isList(body)) {
    if (isLarge(body)) await writeSliced(res, body);
    res.end(isLarge(body) ? undefined : toJson(body));
    return;
  }
  const fields = Object.entries(body).filter(([, value]) => value !== undefined);
  if (!fields.some(([, value]) => isLarge(value))) {
    res.end(`{${fields.map(([key, value]) => `${JSON.stringify(key)}:${toJson(value)}`).join(',')}}`);
    return;
  }
  for (const [i, [key, value]] of fields.entries()) {
    res.write(`${i === 0 ? '{' : ','}${JSON.stringify(key)}:`);
    if (isLarge(value)) await writeSliced(res, value);
    else res.write(toJson(value));
  }
  res.end('}');
};

const isList = (body: object): body is readonly unknown[] => Array.isArray(body);

const isLarge = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && value.length > itemsAtOnce(value);

/** A list of lists of vectors is written list by list. */
const itemsAtOnce = (items: readonly unknown[]): number =>
  Array.isArray(items[0]) && hasVectors(items[0]) ? 1 : sliceItems;

const toJson = (value: unknown): string =>
  Array.isArray(value) ? `[${itemsToJson(value)}]` : JSON.stringify(value);

/** Without the brackets. */
const itemsToJson = (items: readonly unknown[]): string =>
  hasVectors(items[0])
    ? items.map((item) => itemToJson(item as object)).join(',')
    : JSON.stringify(items).slice(1, -1);

/** By Node's own check: a test's realm has a class of its own. */
const isVector = (value: unknown): value is Float32Array | PackedVector =>
  types.isFloat32Array(value) || value instanceof PackedVector;

const hasVectors = (item: unknown): boolean =>
  isVector(item) || (typeof item === 'object' && item !== null && Object.values(item).some(isVector));

/** Put together by `+`, which copies nothing before the whole slice is joined. */
const itemToJson = (item: object): string => {
  if (isVector(item)) return valueToJson(item);
  if (Array.isArray(item)) return `[${item.map(valueToJson).join(',')}]`;
  let json = '';
  for (const [key, value] of Object.entries(item))
    if (value !== undefined) json += `${json === '' ? '{' : ','}${JSON.stringify(key)}:${valueToJson(value)}`;
  return `${json || '{'}}`;
};

const valueToJson = (value: unknown): string => {
  if (!isVector(value)) return JSON.stringify(value);
  // Base64 has nothing to escape: JSON.stringify takes three times as long to find that out (bench/render).
  return value instanceof PackedVector ? `"${value.toJSON()}"` : vectorToJson(value);
};

const writeSliced = async (res: Response, items: readonly unknown[]): Promise<void> => {
  const step = itemsAtOnce(items);
  for (let start = 0; start < items.length; start += step) {
    const slice = itemsToJson(items.slice(start, start + step));
    const roomy = res.write(start === 0 ? `[${slice}` : `,${slice}`);
    if (res.closed) return;
    if (roomy) await setImmediate();
    else await drained(res);
  }
  res.write(']');
};
