/** Rows as RFC 4180 has them, with a first line of names. */
import type { z } from 'zod';

export const csvOf = (shape: z.ZodObject, rows: ReadonlyArray<Readonly<Record<string, unknown>>>): string => {
  const names = Object.keys(shape.shape);
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
};

const cellOf = (value: unknown): string => {
  const text = String(value);
  // A spreadsheet takes what begins so for a formula; model names come from clients.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
