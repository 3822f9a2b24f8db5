/** The comparison: Express, and a Transformers.js pipeline in the same process. `naive-server.js <models> <model> <task> <port> <precision>` */
import { env, pipeline, RawImage } from '@huggingface/transformers';
import express from 'express';

const [modelsDir = '', model = '', task = '', port = '', dtype = 'fp32'] = process.argv.slice(2);
env.localModelPath = modelsDir;
env.allowRemoteModels = false;

type Run = (input: unknown, options?: object) => Promise<unknown>;
const run = (await pipeline(task as 'feature-extraction', model, {
  dtype: dtype as 'fp32',
})) as unknown as Run;

/** Each kind of request as its pipeline takes it. */
const answer = async (body: Buffer): Promise<unknown> => {
  switch (task) {
    case 'feature-extraction': {
      const { inputs } = JSON.parse(body.toString());
      const tensor = (await run(inputs, { pooling: 'mean', normalize: true })) as { tolist(): unknown };
      return { embeddings: tensor.tolist() };
    }
    case 'text-classification':
      return run(JSON.parse(body.toString()).inputs, { top_k: 10 });
    case 'text-generation': {
      const { prompt, max_tokens } = JSON.parse(body.toString());
      return run(prompt, { max_new_tokens: max_tokens, min_new_tokens: max_tokens, do_sample: false });
    }
    case 'automatic-speech-recognition': {
      // 16-bit mono WAV at the model's rate, as the bench sends it.
      const samples = new Int16Array(
        body.buffer.slice(body.byteOffset + 44, body.byteOffset + body.byteLength),
      );
      return run(Float32Array.from(samples, (sample) => sample / 32768));
    }
    default:
      return run(await RawImage.fromBlob(new Blob([new Uint8Array(body)])));
  }
};

const app = express();
app.use(express.raw({ type: () => true, limit: '50mb' }));
app.get('/health', (_req, res) => {
  res.json({ ok: true });
});
app.use(async (req, res) => {
  res.json(await answer(req.body as Buffer));
});
app.listen(Number(port), '127.0.0.1');
