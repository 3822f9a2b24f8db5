/** Half a minute of what `npm run bench -- soak` does for five: 64 streams, half of whose clients hang up. */
import { soak } from '../../bench/soak.js';
import { startService } from '../helpers/live-service.js';

const full = process.env.TEST_SCOPE === 'full';

(full ? test : test.skip)(
  'clients that hang up leave nothing behind, and nobody reads what is not theirs (TEST_SCOPE=full)',
  async () => {
    const service = await startService();
    try {
      const headers = { authorization: `Bearer ${service.key}` };
      const result = await soak({
        ...{ server: { url: service.url, headers }, model: 'tiny/llama-gqa' },
        ...{ streams: 64, seconds: 30, onSample: () => undefined },
      });
      expect(result).toMatchObject({ wrong: [], left: { running: 0, waiting: 0, busySeconds: 0 } });
      expect(Math.min(result.finished, result.dropped)).toBeGreaterThan(64);
    } finally {
      await service.close();
    }
  },
  300_000,
);
