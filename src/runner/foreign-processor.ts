/** Preprocessing by Transformers.js, for the processor classes that have rules of their own which we do not know. */
import type { UploadedImage } from '../media/image.js';
import type { ImageRow } from './image-processor.js';
import { classNameOf, type ProcessorConfig } from './image-rules.js';

/** What its processors share, as far as it is used here. */
type Processor = (
  image: unknown,
) => Promise<{ readonly pixel_values: { readonly data: Float32Array; readonly dims: readonly number[] } }>;

type ProcessorClass = (new (config: ProcessorConfig) => Processor) & { readonly prototype: object };

/** `undefined` when Transformers.js has no rules for the class either: then the plain ones hold. */
export const openForeignProcessor = async (
  config: ProcessorConfig,
): Promise<((image: UploadedImage) => Promise<ImageRow>) | undefined> => {
  // Imported only here: it costs half a second and 30 MB.
  const library = await import('@huggingface/transformers');
  const name = (classNameOf(config) ?? '').replace(/Fast$/, '');
  const Class = (library as unknown as Record<string, ProcessorClass | undefined>)[name];
  if (!Class || !hasOwnRules(Class)) return undefined;
  const process = new Class(config);
  return async (image) => {
    const { data, width, height } = await image.pixels();
    const { pixel_values: values } = await process(new library.RawImage(data, width, height, 3));
    const [rows, channels, inputHeight, inputWidth] = values.dims;
    if (rows !== 1 || channels !== 3 || !inputHeight || !inputWidth)
      throw new Error(
        `${name} makes pixel_values of ${values.dims.join(' x ')}, expected 1 x 3 x height x width`,
      );
    const input = { width: inputWidth, height: inputHeight };
    return { input, content: { ...input, planes: values.data }, size: inputWidth * inputHeight };
  };
};

/** Whether the class does more than name itself. */
const hasOwnRules = (Class: ProcessorClass): boolean =>
  Object.getOwnPropertyNames(Class.prototype).some(
    (name) => name !== 'constructor' && !name.startsWith('post_process'),
  );
