/** Serves: settings, compose, listen; a signal drains. */
import { compose, type Seams, type Service } from './compose.js';
import { readSettings } from './settings.js';

export const serve = async (seams: Seams = {}): Promise<void> => {
  const settings = readSettings();
  const service = await compose(settings, seams);
  const url = await service.listen().catch(async (error) => {
    // What is open (a connection to Redis) would keep the process from ending.
    await service.close(0);
    throw error;
  });
  // Who hears that it listens may end it at once.
  endOnSignal(service, settings.drainMs);
  greet(service, url);
  await service.warm();
};

/** The first start shows a line that works when pasted; the key itself stays in its file. */
const greet = ({ log, ownerKey }: Service, url: string): void => {
  log.info({ event: 'listening', url });
  const how = ownerKey.isNew ? `The owner's key was made and is kept in ${ownerKey.path}. Try:` : 'Try:';
  process.stdout.write(`
${how}

curl ${url}/v1/inference/text-generation \\
  -H "Authorization: Bearer $(cat ${ownerKey.path})" \\
  -H "Content-Type: application/json" \\
  -d '{"prompt": "Once upon a time", "max_tokens": 60}'

API documentation: ${url}/docs

`);
};

/** For the store to finish once nothing runs any more. */
const letGoMs = 10_000;

/** One Ctrl-C comes twice under npm: from the terminal, and passed on. */
const echoMs = 500;

const endOnSignal = (service: Service, drainMs: number): void => {
  let endingSince: number | undefined;
  const end = async (signal: string) => {
    // A second Ctrl-C means now.
    if (endingSince !== undefined && performance.now() - endingSince > echoMs) process.exit(1);
    if (endingSince !== undefined) return;
    endingSince = performance.now();
    service.log.info({ event: 'draining', signal });
    // What can't be let go (a database that does not answer) is left.
    setTimeout(() => process.exit(1), drainMs + letGoMs).unref();
    await service.close(drainMs);
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
};
