/**
 * A thread of the SQLite store. The writer takes verbs one after the other, each behind a savepoint, and commits those that
 * came together as one: one wait for the disk. Answers leave after the commit, those of `early` verbs at once.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Kysely, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { type ErrorMessage, TaskwireError } from '../errors.js';
import type { Database, Db } from './database.js';
import { migrate } from './migrate.js';
import { Undone } from './verb.js';
import { findVerb } from './verbs.js';

export interface WorkerOptions {
  readonly file: string;
  readonly role: 'writer' | 'reader';
}

export interface Question {
  readonly id: number;
  readonly group: string;
  readonly verb: string;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly refusal: ErrorMessage }
  | { readonly id: number; readonly failure: string };

/** Commits are at least so far apart: writes that come sooner wait for others to commit with. */
const commitEveryMs = 2;

const { file, role } = workerData as WorkerOptions;
const port = parentPort!;
const sqlite = open();
const db: Db = new Kysely<Database>({ dialect: new SqliteDialect({ database: cachingStatements() }) });

function open(): Libsql.Database {
  try {
    const database = new Libsql(file);
    // Other processes (commands) write too: their transactions are short.
    database.pragma('busy_timeout = 10000');
    database.pragma('journal_mode = WAL');
    // The disk has it before a commit returns.
    database.pragma('synchronous = FULL');
    return database;
  } catch (error) {
    // The library's own errors lose their words between threads.
    throw new Error(`${file} cannot be opened: ${(error as Error).message}`);
  }
}

/** Parsing a statement costs more than running it. */
function cachingStatements() {
  const statements = new Map<string, Libsql.Statement>();
  return {
    close: () => void sqlite.close(),
    prepare(text: string) {
      const statement = statements.get(text) ?? sqlite.prepare(text);
      statements.set(text, statement);
      return statement;
    },
  };
}

const answerOf = async ({ id, group, verb, args }: Question): Promise<Answer & { undo?: true }> => {
  try {
    const value = await findVerb(group, verb).run(db, ...(args as readonly never[]));
    return value instanceof Undone ? { id, value: value.answer, undo: true } : { id, value };
  } catch (error) {
    if (error instanceof TaskwireError) return { id, refusal: error.toMessage() };
    return { id, failure: describe(error) };
  }
};

let questions: Question[] = [];
/** Answers that wait for the commit. */
let answers: Answer[] = [];
let inTransaction = false;
let working = false;
let closing = false;
let commitTimer: NodeJS.Timeout | undefined;
let committedAt = Number.NEGATIVE_INFINITY;

const begin = (): void => {
  if (inTransaction) return;
  sqlite.exec('begin immediate');
  inTransaction = true;
};

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

const commit = (): void => {
  clearTimeout(commitTimer);
  commitTimer = undefined;
  try {
    if (inTransaction) sqlite.exec('commit');
  } catch (error) {
    abandon(error);
    return;
  }
  inTransaction = false;
  committedAt = performance.now();
  if (answers.length > 0) port.postMessage(answers);
  answers = [];
};

/** Nothing of the transaction stays, so none of its verbs was done. SQLite may have ended it by itself (a full disk). */
const abandon = (error: unknown): void => {
  if (sqlite.inTransaction) sqlite.exec('rollback');
  inTransaction = false;
  const failure = describe(error);
  port.postMessage(answers.map(({ id }) => ({ id, failure })));
  answers = [];
};

const writeOne = async (question: Question): Promise<void> => {
  let answer: Awaited<ReturnType<typeof answerOf>> | undefined;
  try {
    begin();
    sqlite.exec('savepoint verb');
    answer = await answerOf(question);
    if (!('value' in answer) || answer.undo) sqlite.exec('rollback to verb');
    sqlite.exec('release verb');
  } catch (error) {
    answers.push(answer ?? { id: question.id, failure: describe(error) });
    abandon(error);
    return;
  }
  if (findVerb(question.group, question.verb).kind === 'early') port.postMessage([answer]);
  else answers.push(answer);
};

/** Works off what has come; what comes meanwhile waits for the next round, so that commits are not put off for ever. */
const work = async (): Promise<void> => {
  if (working) return;
  working = true;
  while (questions.length > 0) {
    const batch = questions;
    questions = [];
    for (const question of batch) {
      if (role === 'writer') await writeOne(question);
      else port.postMessage([await answerOf(question)]);
    }
  }
  working = false;
  if (closing) return close();
  if (!inTransaction || commitTimer) return;
  // Nobody waits for the commit of `early` verbs.
  const waitMs = answers.length > 0 ? committedAt + commitEveryMs - performance.now() : commitEveryMs;
  if (waitMs > 0) commitTimer = setTimeout(commit, waitMs);
  else commit();
};

const close = async (): Promise<void> => {
  commit();
  await db.destroy();
  port.close();
};

const receive = (message: readonly Question[] | 'close'): void => {
  // The library ends the process when it is asked anything after it was closed.
  if (closing) return;
  if (message === 'close') {
    closing = true;
    if (!working) void close();
    return;
  }
  questions.push(...message);
  void work();
};

/** The first message asks whether the tables are there. */
const makeReady = async ([{ id }]: readonly [Question]): Promise<void> => {
  try {
    sqlite.exec('begin immediate');
    await migrate(db, 'sqlite');
    sqlite.exec('commit');
    port.postMessage([{ id, value: undefined }]);
    port.on('message', receive);
  } catch (error) {
    port.postMessage([{ id, failure: describe(error) }]);
    port.close();
  }
};

if (role === 'writer') port.once('message', makeReady);
else port.on('message', receive);
