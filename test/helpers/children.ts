/** Processes, and the children of one: by Linux's /proc, or by `ps` where there is none. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface Child {
  readonly pid: number;
  readonly command: string;
}

interface Listed extends Child {
  readonly parent: number;
  readonly state: string;
}

/** Those that live; a zombie does not. */
export const childrenOf = (parent: number): Child[] =>
  listed().filter((one) => one.parent === parent && one.state !== 'Z');

/** A zombie does not live. */
export const isAlive = (pid: number): boolean => listed().some((one) => one.pid === pid && one.state !== 'Z');

const listed = (): Listed[] => (existsSync('/proc/self/stat') ? listedByProc() : listedByPs());

const listedByProc = (): Listed[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const [, command, state, parent] = /\((.*)\) (\S) (\d+)/s.exec(readStat(pid)) ?? [];
      return command === undefined
        ? []
        : [{ pid: Number(pid), parent: Number(parent), state: state!, command }];
    });

const readStat = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
};

const listedByPs = (): Listed[] =>
  Array.from(
    execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state=,comm='], { encoding: 'utf8' }).matchAll(
      /^ *(\d+) +(\d+) +(\S)\S* +(.*)$/gm,
    ),
    ([, pid, parent, state, path]) => ({
      pid: Number(pid),
      parent: Number(parent),
      state: state!,
      command: basename(path!),
    }),
  );
