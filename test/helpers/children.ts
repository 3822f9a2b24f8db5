/** The children of a process, by Linux's /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface Child {
  readonly pid: number;
  readonly command: string;
}

/** Those that live; a zombie does not. */
export const childrenOf = (parent: number): Child[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/stat`))
    .flatMap((name) => {
      const [, command, state, ppid] = /\((.*)\) (\S) (\d+)/s.exec(readStat(name)) ?? [];
      return Number(ppid) === parent && state !== 'Z' ? [{ pid: Number(name), command: command! }] : [];
    });

const readStat = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
};
