/** The process group that signals of a terminal go to. */
import koffi from 'koffi';

/**
 * Leaves the service's process group: Ctrl-C goes to all of it, and would end this process's ffmpeg in the middle of what
 * the drain lets finish. Not by a session of its own (Node's `detached`): Linux shares the cores between sessions before it
 * looks at priorities (autogroup), so the service would wait for its runners.
 */
export const leaveGroup = (): void => {
  if (process.platform === 'win32') return;
  koffi.load(null).func('int setpgid(int, int)')(0, 0);
};
