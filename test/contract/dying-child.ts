/** Books deposits side by side and ends, as by `kill -9`, in the moment when so many have been answered. */
import { writeSync } from 'node:fs';
import { openStore } from '../../src/store/open.js';
import { deposit } from '../helpers/books.js';

const [url, enough] = process.argv.slice(2);
const store = await openStore(url!);
let told = 0;
await Promise.all(
  Array.from({ length: 400 }, async (_, i) => {
    // Spread out, so that some are still on their way at the end.
    await new Promise((resolve) => setTimeout(resolve, i / 4));
    await deposit(store, `acct_${i}`, 1);
    writeSync(1, `acct_${i}\n`);
    if (++told === Number(enough)) process.kill(process.pid, 'SIGKILL');
  }),
);
