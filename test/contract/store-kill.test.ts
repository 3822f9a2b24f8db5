/** What was answered is there, whatever happens to the process in the next moment. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeStores } from '../helpers/databases.js';

const child = fileURLToPath(new URL('dying-child.js', import.meta.url));

describeStores('a process that is killed', ({ newUrl, open }) => {
  test.each([1, 57, 200])('after %i answers has lost none of them', async (enough) => {
    const url = await newUrl();
    const { stdout, signal } = spawnSync(process.execPath, [child, url, String(enough)], {
      encoding: 'utf8',
    });
    expect(signal).toBe('SIGKILL');
    const told = stdout.trim().split('\n');
    expect(told).toHaveLength(enough);
    const store = await open(url);
    for (const payer of told)
      expect([payer, (await store.ledger.balance(payer)).balanceMicroUsd]).toEqual([payer, 1]);
    expect(await store.ledger.audit()).toEqual([]);
  });
});
