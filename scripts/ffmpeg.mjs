/** Sees to it that ffmpeg is there: it reads every sound but WAV. Run by `npm start`. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const quiet = { stdio: 'ignore' };

const hasFfmpeg = () =>
  ['ffmpeg', 'ffprobe'].every((name) => spawnSync(name, ['-version'], quiet).status === 0);

/** As root on Debian or Ubuntu it is installed; elsewhere one line says what to do. The service starts either way. */
export const ensureFfmpeg = () => {
  if (hasFfmpeg()) return;
  const advice =
    'ffmpeg was not found: only WAV sound can be read. Install it (apt install ffmpeg, brew install ffmpeg).';
  const mayInstall =
    process.env.TASKWIRE_SYSTEM_INSTALL !== '0' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) return void console.warn(advice);
  console.log('ffmpeg was not found; installing it with apt-get (TASKWIRE_SYSTEM_INSTALL=0 forbids this).');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const installPackage = () => apt('install', '-y', '--no-install-recommends', 'ffmpeg').status === 0;
  if (!installPackage()) {
    apt('update');
    installPackage();
  }
  if (!hasFfmpeg()) console.warn(advice);
};
