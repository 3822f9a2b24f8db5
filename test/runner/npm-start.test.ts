/** Ending what `npm start` has started, as a terminal and a supervisor do. */
import { childrenOf } from '../helpers/children.js';
import { npmStart, startService } from '../helpers/live-service.js';

const writing = { model: 'tiny/llama-gqa', prompt: 'Once upon', ignore_eos: true, max_tokens: 100 };

test.each([
  ['SIGTERM to npm alone', (pid: number) => process.kill(pid, 'SIGTERM')],
  ['Ctrl-C', (pid: number) => process.kill(-pid, 'SIGINT')],
])(
  '%s lets a stream finish, and nothing is left',
  async (_how, end) => {
    const service = await startService(
      { TASKWIRE_DRAIN_MS: '60000', TASKWIRE_SYSTEM_INSTALL: '0' },
      npmStart,
    );
    const stream = await service.fetch('/v1/inference/text-generation/stream', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(writing),
    });
    const [server] = childrenOf(service.pid);
    end(service.pid);
    const events = (await stream.text()).split('\n').filter((line) => line.startsWith('data: '));
    expect(JSON.parse(events.at(-1)!.slice(6))).toMatchObject({ finished: true, tokens_used: 100 });
    await service.ended;
    await expect(service.get('/health')).rejects.toThrow();
    expect(() => process.kill(server!.pid, 0)).toThrow();
  },
  90_000,
);
