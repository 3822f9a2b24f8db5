/** The store on a file of its own, and what identifies callers by it. */
import { join } from 'node:path';
import { Accounts, type NewKeyTerms } from '../../src/identity/accounts.js';
import { Authenticator } from '../../src/identity/authenticate.js';
import { IdentityCache } from '../../src/identity/identity-cache.js';
import { openJwtSecrets } from '../../src/identity/jwt-secrets.js';
import { Tokens } from '../../src/identity/tokens.js';
import { openStore } from '../../src/store/open.js';
import { testPlans } from './caller.js';
import { FakeClock } from './fake-clock.js';
import { temporaryFolder } from './temporary.js';

const open: Array<() => Promise<void>> = [];

afterAll(async () => {
  for (const close of open.splice(0)) await close();
});

export const testSecret = 'a secret for tests that is long enough';

export const openIdentity = async () => {
  const store = await openStore(`sqlite:${join(temporaryFolder(), 'taskwire.db')}`);
  const clock = new FakeClock();
  const tokens = new Tokens(openJwtSecrets([testSecret], ''));
  const cache = new IdentityCache(() => clock.now());
  const authenticator = new Authenticator({ keys: store.keys, tokens, plans: testPlans, cache });
  const accounts = new Accounts(store, testPlans, () => authenticator.forget());
  open.push(async () => {
    await authenticator.close();
    await store.close();
  });
  return {
    store,
    clock,
    tokens,
    authenticator,
    accounts,
    /** A key of an account that is made if need be. */
    async makeKey(account: string, terms: Partial<NewKeyTerms> = {}) {
      const { id } = await accounts.ensure({ name: account, plan: 'free' }, 'test');
      return accounts.createKey({ name: 'default', ...terms, account: id }, 'test');
    },
  };
};
