import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../../src/store/open.js';
import { temporaryFolder } from '../../helpers/temporary.js';

test('a file that is no database is named, and why it cannot be opened', async () => {
  const file = join(temporaryFolder(), 'store.db');
  writeFileSync(file, 'no database at all'.repeat(1000));
  await expect(openStore(`sqlite:${file}`)).rejects.toThrow(
    `${file} cannot be opened: file is not a database`,
  );
});
