/**
 * The closed list of error codes and the one error class. Codes, statuses and wording are data: the docs and the
 * OpenAPI document are checked against this table, and nothing outside it ever reaches a client.
 */

interface ErrorDetails {
  /** The field (or header, or parameter) at fault. */
  readonly param?: string;
  /** What came, shortened for display. */
  readonly got?: string;
  /** What would have been accepted. */
  readonly allowed?: string;
  /** Replaces the table's wording where a more exact sentence is known. */
  readonly message?: string;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

interface ErrorEntry {
  readonly status: number;
  readonly message: string;
  /** Whether the same request can succeed later without a change. */
  readonly retry: 'never' | 'later';
  readonly log: 'none' | 'warn' | 'error';
}

const entry = (
  status: number,
  message: string,
  retry: ErrorEntry['retry'] = 'never',
  log: ErrorEntry['log'] = 'none',
): ErrorEntry => ({ status, message, retry, log });

export const errorTable = {
  invalid_json: entry(400, 'The body is not valid JSON.'),
  invalid_field: entry(400, 'A field has a value that is not allowed.'),
  unknown_field: entry(400, 'The request has a field that this route does not know.'),
  missing_field: entry(400, 'A required field is missing.'),
  too_many_inputs: entry(400, 'The request has too many inputs.'),
  invalid_media: entry(400, 'The media is corrupt or truncated and cannot be decoded.'),
  url_not_allowed: entry(400, 'This URL may not be fetched.'),
  url_fetch_failed: entry(400, 'The URL could not be fetched.'),
  context_too_long: entry(400, "The input does not fit the model's context window."),
  task_mismatch: entry(400, 'The model serves another task.'),
  invalid_key: entry(401, 'The API key is missing or not valid.'),
  insufficient_credits: entry(402, 'The balance does not cover this request.'),
  key_revoked: entry(403, 'This API key was revoked.'),
  account_inactive: entry(403, 'The account is deactivated.'),
  feature_disabled: entry(403, 'Inference is not enabled for this account.'),
  model_forbidden: entry(403, 'This model is private.'),
  scope_forbidden: entry(403, "The key's scopes do not allow this."),
  model_not_found: entry(404, 'There is no such model.'),
  route_not_found: entry(404, 'There is no such route.'),
  method_not_allowed: entry(405, 'The route does not answer this method.'),
  body_timeout: entry(408, 'The request body did not arrive in time.', 'later'),
  idempotency_mismatch: entry(409, 'The idempotency key was used with another body.'),
  body_too_large: entry(413, 'The body is too large.'),
  image_too_large: entry(413, 'The image has too many pixels.'),
  audio_too_long: entry(413, 'The audio is too long.'),
  unsupported_media: entry(415, 'The media type is not supported.'),
  input_quarantined: entry(
    422,
    'This input ended two runners within the last 10 minutes and is not run again yet.',
  ),
  rate_limited: entry(429, 'Too many requests.', 'later'),
  gpu_quota_exceeded: entry(429, "The month's GPU-hours are used up."),
  queue_full: entry(429, "The account's share of the queue is full.", 'later'),
  client_closed: entry(499, 'The client left before the answer was ready.'),
  internal: entry(500, 'Something went wrong on our side.', 'later', 'error'),
  runner_failed: entry(
    502,
    'The model process ended before this request was done, and it cannot be run again.',
    'never',
    'error',
  ),
  model_loading: entry(503, 'The model is loading.', 'later'),
  overloaded: entry(503, 'The service is at its limit.', 'later', 'warn'),
  draining: entry(503, 'The service is shutting down.', 'later'),
  model_unavailable: entry(503, 'The model cannot be loaded at present.', 'later', 'warn'),
  deadline_exceeded: entry(504, 'The answer was not ready within the deadline.', 'later', 'warn'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code);

/** What a message may not repeat: our keys, bearer tokens, and credentials inside URLs. */
const redact = (text: string): string =>
  text
    .replace(/\binf_[A-Za-z0-9_-]{6,}/g, 'inf_…')
    .replace(/\bBearer\s+\S+/gi, 'Bearer …')
    .replace(/:\/\/[^/@\s]*@/g, '://…@');

const sentence = (code: ErrorCode, details: ErrorDetails): string => {
  const parts = [details.message ?? errorTable[code].message];
  if (details.param !== undefined && details.message === undefined) parts.push(`Field: ${details.param}.`);
  if (details.got !== undefined) parts.push(`Got: ${details.got}.`);
  if (details.allowed !== undefined) parts.push(`Allowed: ${details.allowed}.`);
  return redact(parts.join(' '));
};

/** The only error that a client may see; anything else is answered as `internal`. */
export class TaskwireError extends Error {
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(sentence(code, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'TaskwireError';
    this.code = code;
    this.param = details.param;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  get status(): number {
    return errorTable[this.code].status;
  }

  /** The form in which an error crosses the process boundary. */
  toMessage(): ErrorMessage {
    return { code: this.code, message: this.message, param: this.param };
  }

  static fromMessage({ code, message, param }: ErrorMessage): TaskwireError {
    return new TaskwireError(isErrorCode(code) ? code : 'internal', {
      message,
      ...(param === undefined ? {} : { param }),
    });
  }

  /** Unknown failures become `internal`, which keeps the cause for the log and shows none of it. */
  static from(error: unknown): TaskwireError {
    return error instanceof TaskwireError ? error : new TaskwireError('internal', { cause: error });
  }
}

export interface ErrorMessage {
  readonly code: string;
  readonly message: string;
  readonly param: string | undefined;
}

/** Shortens a value for display in `got`. */
export const show = (value: unknown): string => {
  // JSON has no infinity: `1e999` would be shown as null.
  const text =
    typeof value === 'number' ? `${value}` : asJson(typeof value === 'string' ? value.slice(0, 100) : value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

const asJson = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Nested deeper than the stack: JSON.parse takes what JSON.stringify cannot write.
    return `a deeply nested ${typeof value}`;
  }
};
