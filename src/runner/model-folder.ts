/** A model's files in hub layout. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dtype, dtypeSuffix } from '../dtype.js';

export class ModelFolder {
  readonly path: string;
  readonly dtype: Dtype;
  /** Settings of the model's `taskwire.json` that are the task's own. */
  readonly options: Readonly<Record<string, unknown>>;

  constructor(path: string, dtype: Dtype, options: Readonly<Record<string, unknown>>) {
    this.path = path;
    this.dtype = dtype;
    this.options = options;
  }

  /** Path of a file, whether or not it exists. */
  file(name: string): string {
    return join(this.path, name);
  }

  has(name: string): boolean {
    return existsSync(this.file(name));
  }

  /** A text file of the folder, or `undefined` when it is not there. */
  text(name: string): string | undefined {
    return this.has(name) ? readFileSync(this.file(name), 'utf8') : undefined;
  }

  /** A JSON file of the folder, or `undefined` when it is not there. The caller knows its shape. */
  json<T = Record<string, unknown>>(name: string): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  /** `config.json`, which every model has. */
  config<T = Record<string, unknown>>(): T {
    const config = this.json<T>('config.json');
    if (!config) throw new Error(`${this.path} has no config.json`);
    return config;
  }

  /** A part's file in the wanted precision; parts that exist only in one precision are taken as they are. */
  onnx(part: string): string | undefined {
    const wanted = `onnx/${part}${dtypeSuffix[this.dtype]}.onnx`;
    return [wanted, `onnx/${part}.onnx`]
      .map((name) => (this.has(name) ? this.file(name) : undefined))
      .find(Boolean);
  }
}
