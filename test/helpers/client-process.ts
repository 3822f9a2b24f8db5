/** A client as a process of its own; what it printed. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Throws, with what the client wrote to its standard error, if it fails. */
export const runClient = async (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> => (await promisify(execFile)(command, args, { ...options, encoding: 'utf8' })).stdout;
