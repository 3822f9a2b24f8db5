/** What accounts, plans and private models refuse, in the words of DeepInfra's and Hugging Face's dialects. */
import { addAccount, patch, type TestAccount } from '../helpers/accounts.js';
import type { Answer, Client } from '../helpers/client.js';
import { type Scripted, serveScripted } from '../helpers/scripted.js';

let service: Scripted;
let alice: TestAccount;
let bob: TestAccount;
let poor: TestAccount;
beforeAll(async () => {
  const prices = { usd_per_million_input_tokens: 1_000_000 };
  service = await serveScripted({
    models: {
      'test/labels': { task: 'text-classification', default: true, prices },
      'alice/mine': { task: 'text-classification', owner: 'alice', visibility: 'private' },
    },
  });
  service.answers({ labels: ['a'], scores: [1] });
  alice = await addAccount(service, 'alice');
  bob = await addAccount(service, 'bob', { plan: 'free' });
  poor = await addAccount(service, 'poor', { plan: 'pro', billing: 'credit' });
});
afterAll(() => service.close());

const deepinfra = (client: Client, model: string) => client.post(`/v1/inference/${model}`, { input: 'x' });
const huggingface = (client: Client, model: string) => client.post(`/models/${model}`, { inputs: 'x' });

const forms = [
  ["DeepInfra's", deepinfra, ({ json }: Answer) => json.error.code],
  ["Hugging Face's", huggingface, ({ json }: Answer) => json.error_type],
] as const;

describe.each(forms)('in %s form', (name, ask, kindOf) => {
  const isHub = name === "Hugging Face's";
  const refused = (answer: Answer) => {
    expect(typeof (isHub ? answer.json.error : answer.json.error.message)).toBe('string');
    return [answer.status, kindOf(answer)];
  };

  test('a private model of somebody else is forbidden, its owner is served', async () => {
    expect((await ask(alice, 'alice/mine')).status).toBe(200);
    expect(refused(await ask(bob, 'alice/mine'))).toEqual([403, 'model_forbidden']);
  });

  test('without credit there is no answer, and no sense in asking again', async () => {
    const answer = await ask(poor, 'test/labels');
    expect(refused(answer)).toEqual([402, 'insufficient_credits']);
    expect(answer.headers.get('x-should-retry')).toBe('false');
  });

  test('beyond the rate of the plan the client hears when to come back', async () => {
    const small = await addAccount(service, `small${isHub ? 1 : 2}`, { plan: 'free' });
    const answers = await Promise.all(Array.from({ length: 110 }, () => ask(small, 'alice/mine')));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(100);
    const over = answers.find(({ status }) => status === 429)!;
    expect(refused(over)).toEqual([429, isHub ? 'overloaded' : 'rate_limited']);
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('a deactivated account is refused', async () => {
    const gone = await addAccount(service, `gone${isHub ? 1 : 2}`);
    await patch(service, `/v1/admin/accounts/${gone.id}`, { active: false });
    expect(refused(await ask(gone, 'test/labels'))).toEqual([403, 'account_inactive']);
  });
});

test.each(['/models', '/v1/inference'])('what %s tells of a private model is for its owner', async (at) => {
  for (const what of ['info', 'health']) {
    const path = `${at}/alice/mine/${what}`;
    expect((await service.get(path, { authorization: '' })).status).toBe(404);
    expect((await bob.get(path)).status).toBe(403);
    expect((await alice.get(path)).status).toBe(200);
  }
});
