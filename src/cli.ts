#!/usr/bin/env node
/** `taskwire <command>`: a table of command to function. */
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { tasks } from '../tasks/index.js';
import { Catalogue } from './catalogue/catalogue.js';
import { accountCommands } from './commands/accounts.js';
import { keyCommands } from './commands/keys.js';
import { moneyCommands } from './commands/money.js';
import { type CommandForm, runForm } from './commands/options.js';
import { readSettings, settingsTable } from './settings.js';

interface Command {
  readonly help: string;
  run(args: readonly string[]): Promise<void> | void;
}

const forms = { ...accountCommands, ...keyCommands, ...moneyCommands };

const commands: Readonly<Record<string, Command>> = {
  serve: { help: 'Serve (what npm start does).', run: serve },
  'models list': { help: 'List the models that can be served. --json for machines.', run: listModels },
  ...Object.fromEntries(
    Object.entries(forms).map(([name, form]) => [
      name,
      { help: `${form.help} ${optionsOf(form)}`, run: (args: readonly string[]) => runForm(form, args) },
    ]),
  ),
  settings: { help: 'List the environment variables that are read.', run: listSettings },
};

/** Loaded when it is asked for: the other commands need none of it. */
async function serve(): Promise<void> {
  await (await import('./main.js')).serve();
}

function optionsOf({ options, flags = {} }: CommandForm): string {
  return [
    ...Object.keys(options).map((name) => `--${name} …`),
    ...Object.keys(flags).map((name) => `--${name}`),
  ]
    .map((option) => `[${option}]`)
    .join(' ');
}

function listModels(args: readonly string[]): void {
  const shipped = fileURLToPath(new URL('../../models', import.meta.url));
  const { modelsDir } = readSettings();
  const entries = new Catalogue([shipped, modelsDir], tasks, pino({ level: 'error' }, process.stderr)).list();
  const rows = entries.map(({ id, task, isDefault, dtypes, description }) => ({
    id,
    task: task.name,
    default: isDefault,
    variants: dtypes,
    description,
  }));
  if (args.includes('--json')) console.log(JSON.stringify(rows, undefined, 2));
  else
    for (const row of rows)
      console.log(`${row.id.padEnd(28)} ${row.task}${row.default ? ' (default)' : ''}  ${row.description}`);
}

function listSettings(): void {
  for (const { env, default: fallback, help } of Object.values(settingsTable))
    console.log(`${env}=${fallback}\n  ${help}`);
}

const find = (argv: readonly string[]): [Command, readonly string[]] | undefined => {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    if (Object.hasOwn(commands, name)) return [commands[name]!, argv.slice(words)];
  }
  return undefined;
};

const usage = (): void => {
  console.log('taskwire <command>\n');
  for (const [name, { help }] of Object.entries(commands)) console.log(`  ${name.padEnd(22)} ${help}`);
};

const found = find(process.argv.slice(2));
if (found) {
  try {
    await found[0].run(found[1]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { code } = error as { readonly code?: string };
    console.error(process.argv.includes('--json') ? JSON.stringify({ error: { code, message } }) : message);
    process.exitCode = 1;
  }
} else {
  usage();
  const [word = 'help'] = process.argv.slice(2);
  process.exitCode = ['help', '--help', '-h'].includes(word) ? 0 : 2;
}
