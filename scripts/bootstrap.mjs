/** Makes a fresh checkout ready by itself: installs by the lock file, builds. Used by start, test, check, format, dev, build and bench. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a command with its output shown; ends this process with its exit code if it fails. */
export const run = (command, args, options = {}) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
};

export const bin = (name) => join(root, 'node_modules', '.bin', name);

const installedMark = join(root, 'node_modules', '.taskwire-installed');
const builtMark = join(root, 'dist', '.taskwire-built');
const hashOf = (content) => createHash('sha256').update(content).digest('hex');

export const install = () => {
  const wanted = `${hashOf(readFileSync(join(root, 'package-lock.json')))} ${process.version} ${process.platform}-${process.arch}`;
  if (existsSync(installedMark) && readFileSync(installedMark, 'utf8') === wanted) return;
  console.log('Installing packages by the lock file; this takes a minute, once.');
  // The compiler is one of the development packages, which npm leaves out where NODE_ENV or its settings say so.
  run('npm', ['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error'], {
    // As .npmrc has it, for versions of npm that take no setting from there which they do not know.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  writeFileSync(installedMark, wanted);
};

/** What the compiler reads, by name and time of change: a file that is gone is a change, too. */
const sourcesPrint = () => {
  const sources = [join(root, 'tsconfig.json')];
  for (const folder of ['src', 'tasks', 'test', 'bench']) {
    for (const item of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (item.isFile() && /\.(ts|json)$/.test(item.name))
        sources.push(join(item.parentPath ?? item.path, item.name));
    }
  }
  return hashOf(sources.map((path) => `${path} ${statSync(path).mtimeMs}`).join('\n'));
};

export const build = () => {
  const sources = sourcesPrint();
  if (existsSync(builtMark) && readFileSync(builtMark, 'utf8') === sources) return;
  console.log('Building.');
  // Beside the old output, which a service may be running from. None of it stays: jest would run what has no source any more.
  const made = join(root, '.work', 'dist');
  rmSync(made, { recursive: true, force: true });
  run(process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    ...['-p', root, '--outDir', made],
  ]);
  writeFileSync(join(made, '.taskwire-built'), sources);
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(made, join(root, 'dist'));
};

export const bootstrap = () => {
  install();
  build();
};
