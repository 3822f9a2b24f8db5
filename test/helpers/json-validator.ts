/** Ajv as the judge of what a schema accepts. */
import { createRequire } from 'node:module';

export type Validate = ((value: unknown) => boolean) & { readonly errors?: unknown };

interface Validator {
  compile(schema: unknown): Validate;
}

// Both are CommonJS with a `default` inside.
const require = createRequire(import.meta.url);
const { default: Ajv } = require('ajv/dist/2020.js') as { default: new (options: object) => Validator };
const { default: addFormats } = require('ajv-formats') as { default: (validator: Validator) => void };

const ajv = new Ajv({ strict: false });
addFormats(ajv);

export const validatorOf = (schema: unknown): Validate => ajv.compile(schema);
