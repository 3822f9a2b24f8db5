/**
 * Schemathesis reads /openapi.json and sends each route what its schema allows and what it does not: no server error, no
 * status and no answer that the document does not name, nothing accepted that it forbids.
 */
import { runClient } from '../helpers/client-process.js';
import { root } from '../helpers/fixtures.js';
import { type LiveService, startService } from '../helpers/live-service.js';
import { describeWithSchemathesis, python } from '../helpers/needs.js';
import { temporaryFolder, writeFiles } from '../helpers/temporary.js';

/** What is valid by a schema may still be refused: a model's name, an image's bytes. */
const left = 'positive_data_acceptance';

/** For each route, of the random kind; those that follow from a schema are as many as it has edges. */
const examples = 10;

/** Only the document's own links: of those that it guesses one revokes the key that it calls with. */
const config = '[phases.stateful.inference]\nalgorithms = []\n';

const requestSeconds = 120;

interface ListOf<T> {
  readonly data: ReadonlyArray<T & { readonly id: string }>;
}

describeWithSchemathesis('Schemathesis', () => {
  let service: LiveService;
  /** What is served under another address too is tried under one. */
  let aliases: string[];
  /** Of its key and its account, under any name that a route takes. */
  let ownIds: string[];
  beforeAll(async () => {
    service = await startService({ TASKWIRE_FETCH_URLS: 'off' });
    const { data: accounts } = (await service.get('/v1/admin/accounts')).json as ListOf<{ name: string }>;
    const { data: keys } = (await service.get('/v1/keys')).json as ListOf<object>;
    ownIds = [...accounts.map(({ id, name }) => [id, name]), ...keys.map(({ id }) => [id])].flat();
    const { paths } = (await service.get('/openapi.json')).json as { paths: Record<string, object> };
    aliases = Object.keys(paths).filter((path) => '$ref' in paths[path]!);
  });
  afterAll(() => service?.close());

  test.each([
    ['coverage', /Tested: (\d+)/, 50],
    ['fuzzing', /Tested: (\d+)/, 50],
    // One request after the other, along the links of the document.
    ['stateful', /API Links: +(\d+) covered/, 0],
  ])(
    'finds nothing wrong by %s',
    async (phase, counted, least) => {
      const folder = writeFiles(temporaryFolder(), { 'schemathesis.toml': config });
      const run = runClient(
        python,
        [
          ...['-m', 'schemathesis.cli', 'run', `${service.url}/openapi.json`],
          ...['--header', `Authorization: Bearer ${service.key}`],
          ...['--checks', 'all', '--exclude-checks', left, '--phases', phase],
          ...['--max-examples', String(examples), '--request-timeout', String(requestSeconds)],
          ...aliases.flatMap((path) => ['--exclude-path', path]),
          ...['--generation-deterministic', '--suppress-health-check', 'all'],
          '--no-color',
        ],
        {
          cwd: folder,
          env: {
            ...process.env,
            SCHEMATHESIS_HOOKS: `${root}test/clients/schemathesis_hooks.py`,
            OWN_IDS: ownIds.join(','),
          },
        },
      );
      const report = await run.catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
        throw new Error([stdout.slice(-10_000), stderr, ...service.faults].join('\n'));
      });
      const [, tested = '0'] = counted.exec(report) ?? [];
      expect(Number(tested)).toBeGreaterThan(least);
      // Nothing that it sent took its own key from it.
      expect((await service.post('/tokenize', { inputs: 'a' })).status).toBe(200);
    },
    900_000,
  );
});
