/** Child of the image tests: decodes and preprocesses as a runner does. Jest's modules have typed arrays of their own realm. */
import { TaskwireError } from '../../src/errors.js';
import { UploadedImage } from '../../src/media/image.js';
import { type Filter, type Pixels, resample, type Size } from '../../src/media/image-resample.js';
import { ImageProcessor } from '../../src/runner/image-processor.js';
import type { ProcessorConfig } from '../../src/runner/image-rules.js';
import type { ModelFolder } from '../../src/runner/model-folder.js';
import type { Feeds, Session } from '../../src/runner/session.js';

export type Request =
  | { readonly do: 'decode'; readonly bytes: Uint8Array; readonly size?: Size; readonly filter?: Filter }
  | { readonly do: 'resample'; readonly pixels: Pixels; readonly size: Size; readonly filter: Filter }
  | { readonly do: 'process'; readonly bytes: Uint8Array; readonly config: ProcessorConfig };

export interface Processed {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

const answers = {
  decode: async ({ bytes, size, filter }: Extract<Request, { do: 'decode' }>): Promise<Pixels> =>
    (await UploadedImage.open(bytes)).pixels(size, filter),
  resample: async ({ pixels, size, filter }: Extract<Request, { do: 'resample' }>): Promise<Pixels> =>
    resample(pixels, size, filter),
  process: async ({ bytes, config }: Extract<Request, { do: 'process' }>): Promise<Processed> => {
    const model = { path: 'test', json: () => config } as unknown as ModelFolder;
    const processor = await ImageProcessor.open(model);
    const { row } = await processor.prepare(bytes);
    const { outputs } = await processor.run([row], feedReader, {
      read: (ran) => [ran as unknown as Processed],
    });
    return outputs[0]!;
  },
};

/** A session that answers with what it was fed. */
const feedReader = {
  hasInput: () => true,
  inputNames: ['pixel_values'],
  run: async ({ pixel_values: fed }: Feeds) => ({ dims: fed!.dims, values: fed!.data }),
} as unknown as Session;

process.on('message', async (request: Request) => {
  try {
    process.send!({ value: await answers[request.do](request as never) });
  } catch (error) {
    process.send!({ error: TaskwireError.from(error).toMessage(), cause: String(error) });
  }
});
