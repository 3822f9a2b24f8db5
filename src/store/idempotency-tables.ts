/** Requests under an `Idempotency-Key`. Points in time in milliseconds since 1970. */

export interface IdempotencyTables {
  idempotency: IdempotencyRow;
}

export interface IdempotencyRow {
  account: string;
  key: string;
  /** Of the request: another one under the same key is refused. */
  fingerprint: string;
  /** Names who runs it, or ran it. */
  claim: string;
  /** Absent while it runs. Compressed, base64. */
  answer: string | null;
  /** While it runs: who runs it has died if this has passed. Then: how long the answer is kept. */
  until: number;
}
