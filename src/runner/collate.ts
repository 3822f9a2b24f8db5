/** Ragged rows of token ids to the padded tensors that encoders take. */
import type { Row } from './pipeline.js';
import { type Feeds, int64 } from './session.js';

export interface TokenRow extends Row {
  readonly ids: readonly number[];
  readonly typeIds: readonly number[];
}

/** `input_ids`, `attention_mask` and `token_type_ids`, each [rows, longest], right-padded with `padId`. */
export const collateTokens = (rows: readonly TokenRow[], padId: number): Feeds => {
  const longest = Math.max(1, ...rows.map((row) => row.ids.length));
  const dims = [rows.length, longest];
  const ids = new BigInt64Array(rows.length * longest).fill(BigInt(padId));
  const mask = new BigInt64Array(rows.length * longest);
  const types = new BigInt64Array(rows.length * longest);
  rows.forEach((row, r) => {
    const start = r * longest;
    row.ids.forEach((id, i) => {
      ids[start + i] = BigInt(id);
    });
    row.typeIds.forEach((type, i) => {
      if (type !== 0) types[start + i] = BigInt(type);
    });
    mask.fill(1n, start, start + row.ids.length);
  });
  return {
    input_ids: int64(ids, dims),
    attention_mask: int64(mask, dims),
    token_type_ids: int64(types, dims),
  };
};
