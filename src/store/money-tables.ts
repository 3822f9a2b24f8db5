/** Tables of credit, quotas and usage. Money in integer micro-dollars, device time in integer microseconds, points in time in milliseconds since 1970. */

export interface MoneyTables {
  balances: BalanceRow;
  ledger: TransferRow;
  meters: MeterRow;
  holds: HoldRow;
  holders: HolderRow;
  usage: UsageRow;
}

/** What the ledger sums up to, kept beside it so that a hold can be checked and taken in one statement. */
export interface BalanceRow {
  /** The account or team that pays. */
  payer: string;
  balance_micro_usd: number;
  /** Part of the balance that open holds have claimed. */
  held_micro_usd: number;
}

/** Double entry in one row: what leaves `debit` arrives at `credit`. Never changed, never deleted. */
export interface TransferRow {
  id: string;
  at: number;
  kind: 'deposit' | 'grant' | 'charge' | 'refund';
  debit: string;
  credit: string;
  amount_micro_usd: number;
  note: string;
}

/** A limited quantity of one period: device time of a payer's month, what a key may spend. */
export interface MeterRow {
  subject: string;
  /** `2026-11`, or `ever`. */
  period: string;
  unit: 'device_us' | 'micro_usd';
  used: number;
  reserved: number;
}

/** What one request in flight has claimed. */
export interface HoldRow {
  request_id: string;
  payer: string;
  holder: string;
  at: number;
  credit_micro_usd: number;
  /** JSON: `MeterClaim[]`. */
  meters: string;
}

/** A serving process; its holds are released when it has not been heard of. */
export interface HolderRow {
  id: string;
  alive_until: number;
}

export interface UsageRow {
  request_id: string;
  /** When the request ended. */
  at: number;
  account: string;
  payer: string;
  key_id: string;
  model: string;
  task: string;
  input_tokens: number;
  output_tokens: number;
  images: number;
  audio_ms: number;
  device_us: number;
  cost_micro_usd: number;
  queue_us: number;
  compute_us: number;
  total_us: number;
  /** `succeeded`, `cancelled`, or the error's code. */
  status: string;
  /** 1: answered from the cache. */
  cached: number;
}
