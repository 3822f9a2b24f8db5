/** A schema, expression or grammar that cannot be kept to; `path` says where in the request. */
import { show, TaskwireError } from '../errors.js';

export class SchemaError extends Error {
  readonly path: string;
  readonly allowed: string | undefined;

  constructor(path: string, problem: string, allowed?: string) {
    super(problem);
    this.path = path;
    this.allowed = allowed;
  }

  /** As a client gets it. */
  toTaskwire(): TaskwireError {
    return new TaskwireError('invalid_field', {
      param: this.path,
      message: `Field ${this.path} cannot be used: ${this.message}.`,
      ...(this.allowed === undefined ? {} : { allowed: this.allowed }),
    });
  }
}

/** A part of a schema is in order and no value fits it: no fault where there are others. */
export class Impossible extends SchemaError {}

/** For a value of the wrong kind. */
export const wrongValue = (path: string, value: unknown, allowed: string): SchemaError =>
  new SchemaError(path, `it is ${show(value)}`, allowed);
