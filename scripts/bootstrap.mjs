/** Makes a fresh checkout ready by itself: installs by the lock file, builds. Used by start, test, check, dev and bench. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
const fileHash = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

export const install = () => {
  const wanted = `${fileHash(join(root, 'package-lock.json'))} ${process.version} ${process.platform}-${process.arch}`;
  if (existsSync(installedMark) && readFileSync(installedMark, 'utf8') === wanted) return;
  console.log('Installing packages by the lock file; this takes a minute, once.');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { shell: process.platform === 'win32' });
  writeFileSync(installedMark, wanted);
};

/** Newest change among what the compiler reads. */
const newestSource = () => {
  let newest = statSync(join(root, 'tsconfig.json')).mtimeMs;
  for (const folder of ['src', 'tasks', 'test', 'bench']) {
    for (const item of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!item.isFile() || !/\.(ts|json)$/.test(item.name)) continue;
      newest = Math.max(newest, statSync(join(item.parentPath ?? item.path, item.name)).mtimeMs);
    }
  }
  return newest;
};

export const build = () => {
  if (existsSync(builtMark) && statSync(builtMark).mtimeMs >= newestSource()) return;
  console.log('Building.');
  // Output of sources that are gone must not linger: jest would run it.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(builtMark, '');
};

export const bootstrap = () => {
  install();
  build();
};
