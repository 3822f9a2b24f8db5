/** Pages of rows that are ordered by time and id, newest first. */
import { TaskwireError } from '../errors.js';

export interface Page<Row> {
  readonly data: readonly Row[];
  /** Where the next page begins; `undefined` on the last one. */
  readonly nextCursor: string | undefined;
}

export const cursorOf = (at: number, id: string): string => Buffer.from(`${at} ${id}`).toString('base64url');

export const afterCursor = (cursor: string | undefined): { at: number; id: string } | undefined => {
  if (cursor === undefined) return undefined;
  // Ids may be clients' own words; NUL is in none.
  const [, at, id] = /^(\d{1,15}) ([^\0]+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at && id) return { at: Number(at), id };
  throw new TaskwireError('invalid_field', { param: 'cursor', allowed: "another answer's next_cursor" });
};
