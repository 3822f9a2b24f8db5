/** A PostgreSQL of the test file's own: a fresh cluster in a temporary folder, reached by a socket in it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Debian keeps it off the path, one folder a version. */
const debian = '/usr/lib/postgresql';

const binFolder = (): string | undefined => {
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debian, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')));
};

export const hasPostgres = (): boolean => binFolder() !== undefined;

export interface Postgres {
  /** The URL of an empty database of its own. */
  newDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** It refuses to run as root, so there it runs as the user that its package made. */
const unprivileged = (folder: string): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'postgres'])));
  chownSync(folder, uid!, gid!);
  return { uid: uid!, gid: gid! };
};

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
};

/** It answers a moment after it has started. */
const connectSoon = async (url: string): Promise<pg.Client> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect(url);
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};

export const startPostgres = async (): Promise<Postgres> => {
  const bin = binFolder()!;
  // As root, where the user postgres may go too: TMPDIR may be root's alone.
  const folder = mkdtempSync(join(process.getuid?.() === 0 ? '/tmp' : tmpdir(), 'taskwire-pg-'));
  const user = unprivileged(folder);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, stdio: 'ignore' as const };
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], options);
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'max_connections=100'];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(join(bin, 'postgres'), args, options);
  const ended = once(server, 'exit');
  const urlOf = (database: string) => `postgres://postgres@localhost/${database}?host=${folder}`;
  const admin = await connectSoon(urlOf('postgres'));
  let databases = 0;
  return {
    async newDatabase() {
      const name = `test${++databases}`;
      await admin.query(`create database ${name}`);
      return urlOf(name);
    },
    async stop() {
      await admin.end();
      server.kill('SIGINT'); // its "fast" shutdown
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
