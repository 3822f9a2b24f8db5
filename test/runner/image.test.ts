import sharp from 'sharp';
import { drawnPicture, ImageChild, pngFile } from './image-tools.js';

let child: ImageChild;
beforeAll(() => {
  child = new ImageChild();
});
afterAll(() => child.close());

const decode = (bytes: Uint8Array) => child.value({ do: 'decode', bytes });
const refusal = async (bytes: Uint8Array) => (await child.ask({ do: 'decode', bytes })).error;

const red = [255, 0, 0];
const green = [0, 255, 0];
const blue = [0, 0, 255];
const white = [255, 255, 255];

/** Flat corners: top left, top right, bottom left, bottom right; 24 x 16 unless turned. */
const corners = (...colours: number[][]) => {
  const { data } = drawnPicture(24, 16);
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 24; x++) data.set(colours[(y < 8 ? 0 : 2) + (x < 12 ? 0 : 1)]!, (y * 24 + x) * 3);
  return sharp(Buffer.from(data), { raw: { width: 24, height: 16, channels: 3 } });
};

const nearest = (pixel: Uint8Array): number[] => {
  const distance = (colour: number[]) =>
    colour.reduce((sum, value, c) => sum + Math.abs(value - pixel[c]!), 0);
  return [red, green, blue, white].sort((a, b) => distance(a) - distance(b))[0]!;
};

const cornersOf = ({ width, height, data }: Awaited<ReturnType<typeof decode>>) =>
  [
    [2, 2],
    [width - 3, 2],
    [2, height - 3],
    [width - 3, height - 3],
  ].map(([x, y]) => nearest(data.subarray((y! * width + x!) * 3, (y! * width + x!) * 3 + 3)));

describe('orientation', () => {
  // What a viewer sees of red, green over blue, white stored with each EXIF orientation (the EXIF standard's table).
  const seen: Record<number, number[][]> = {
    1: [red, green, blue, white],
    2: [green, red, white, blue],
    3: [white, blue, green, red],
    4: [blue, white, red, green],
    5: [red, blue, green, white],
    6: [blue, red, white, green],
    7: [white, green, blue, red],
    8: [green, white, red, blue],
  };
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is applied', async (orientation) => {
    const jpeg = await corners(red, green, blue, white)
      .withMetadata({ orientation })
      .jpeg({ quality: 95 })
      .toBuffer();
    const pixels = await decode(jpeg);
    expect([pixels.width, pixels.height]).toEqual(orientation < 5 ? [24, 16] : [16, 24]);
    expect(cornersOf(pixels)).toEqual(seen[orientation]);
  });

  test('a turned picture is resized to the size asked for, upright', async () => {
    const jpeg = await corners(red, green, blue, white)
      .resize(1200, 800, { kernel: 'nearest' })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const pixels = await child.value({ do: 'decode', bytes: jpeg, size: { width: 40, height: 100 } });
    expect([pixels.width, pixels.height]).toEqual([40, 100]);
    expect(cornersOf(pixels)).toEqual(seen[6]);
  });
});

describe('pixel formats', () => {
  const picture = () => corners(red, green, blue, white);

  test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('%s is read', async (format) => {
    const pixels = await decode(await picture()[format]({ quality: 90 }).toBuffer());
    expect([pixels.width, pixels.height, pixels.data.length]).toEqual([24, 16, 24 * 16 * 3]);
    expect(cornersOf(pixels)).toEqual([red, green, blue, white]);
  });

  test('grey is spread over three channels', async () => {
    const pixels = await decode(pngFile({ width: 2, height: 1, colour: 0 }, Uint8Array.of(10, 200)));
    expect([...pixels.data]).toEqual([10, 10, 10, 200, 200, 200]);
  });

  test('alpha is laid on white', async () => {
    const samples = Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 128);
    const pixels = await decode(pngFile({ width: 3, height: 1, colour: 6 }, samples));
    expect([...pixels.data.subarray(0, 6)]).toEqual([255, 0, 0, 255, 255, 255]);
    expect(Math.abs(pixels.data[6]! - 127)).toBeLessThanOrEqual(1);
  });

  test('grey with alpha is laid on white', async () => {
    const pixels = await decode(pngFile({ width: 2, height: 1, colour: 4 }, Uint8Array.of(90, 255, 90, 0)));
    expect([...pixels.data]).toEqual([90, 90, 90, 255, 255, 255]);
  });

  test('16 bits become 8', async () => {
    const samples = Uint8Array.of(0x80, 0x80, 0, 0, 0xff, 0xff, 0x12, 0x12, 0x34, 0x34, 0x56, 0x56);
    const pixels = await decode(pngFile({ width: 2, height: 1, depth: 16 }, samples));
    expect([...pixels.data]).toEqual([0x80, 0, 0xff, 0x12, 0x34, 0x56]);
  });

  test('16-bit grey becomes 8-bit RGB', async () => {
    const pixels = await decode(
      pngFile({ width: 1, height: 1, depth: 16, colour: 0 }, Uint8Array.of(0x40, 0x40)),
    );
    expect([...pixels.data]).toEqual([0x40, 0x40, 0x40]);
  });

  test('a palette is looked up', async () => {
    const palette = ['PLTE', Uint8Array.of(1, 2, 3, 250, 240, 230)] as const;
    const pixels = await decode(pngFile({ width: 2, height: 1, colour: 3 }, Uint8Array.of(1, 0), [palette]));
    expect([...pixels.data]).toEqual([250, 240, 230, 1, 2, 3]);
  });

  test('CMYK becomes RGB', async () => {
    const pixels = await decode(await picture().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer());
    expect(cornersOf(pixels)).toEqual([red, green, blue, white]);
  });

  test.each(['gif', 'webp'] as const)('of an animated %s the first frame counts', async (format) => {
    const frames = await Promise.all([red, blue].map((c) => corners(c, c, c, c).png().toBuffer()));
    const animation = await sharp(frames, { join: { animated: true } })
      [format]()
      .toBuffer();
    expect((await sharp(animation).metadata()).pages).toBe(2);
    const pixels = await decode(animation);
    expect([pixels.width, pixels.height]).toEqual([24, 16]);
    expect(cornersOf(pixels)).toEqual([red, red, red, red]);
  });

  test('a colour profile is not applied, as in the models training', async () => {
    const plain = await picture().png().toBuffer();
    const profiled = await sharp(plain).withIccProfile('p3').png().toBuffer();
    const { data, info } = await sharp(profiled, { ignoreIcc: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect((await sharp(profiled).metadata()).icc).toBeDefined();
    expect(info.channels).toBe(3);
    expect(Buffer.from((await decode(profiled)).data).equals(data)).toBe(true);
  });
});

describe('refusals', () => {
  const noise = () =>
    sharp({
      create: {
        width: 300,
        height: 200,
        channels: 3,
        background: 'black',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    });

  test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'a truncated %s is invalid media',
    async (format) => {
      const whole = await noise().resize(90, 60)[format]().toBuffer();
      for (const part of [0.5, 0.9]) {
        const error = await refusal(whole.subarray(0, whole.length * part));
        expect(error).toMatchObject({ code: 'invalid_media', param: 'image' });
      }
    },
  );

  test('a truncated photo is refused when it is reduced while decoding, too', async () => {
    const whole = await noise().resize(3000, 2000).jpeg().toBuffer();
    const bytes = whole.subarray(0, whole.length * 0.9);
    const { error } = await child.ask({ do: 'decode', bytes, size: { width: 224, height: 224 } });
    expect(error?.code).toBe('invalid_media');
  });

  test.each(['none', 'lzw', 'deflate'] as const)(
    'a TIFF of YCbCr is refused where its compression is %s, since its colours would be wrong',
    async (compression) => {
      const file = await noise().tiff({ compression }).toBuffer();
      expect((await decode(file)).width).toBe(300);
      // The tag of the colours, a single short: 2 is RGB, 6 YCbCr.
      const tag = file.indexOf(Buffer.from([0x06, 0x01, 0x03, 0, 1, 0, 0, 0, 2, 0]));
      file.writeUInt16LE(6, tag + 8);
      const error = await refusal(file);
      expect(error).toMatchObject({ code: 'invalid_media', param: 'image' });
      expect(error?.message).toContain('YCbCr');
    },
  );

  test('a TIFF of YCbCr in JPEG is read', async () => {
    const file = await corners(red, green, blue, white).tiff({ compression: 'jpeg', quality: 80 }).toBuffer();
    expect(file.indexOf(Buffer.from([0x06, 0x01, 0x03, 0, 1, 0, 0, 0, 6, 0]))).toBeGreaterThan(0);
    expect(cornersOf(await decode(file))).toEqual([red, green, blue, white]);
  });

  test('bytes behind the picture do no harm', async () => {
    const jpeg = await noise().jpeg().toBuffer();
    expect((await decode(Buffer.concat([jpeg, Buffer.from('thank you')]))).width).toBe(300);
  });

  test.each([
    ['no data', pngFile({ width: 100, height: 100 })],
    ['no width', pngFile({ width: 0, height: 10 })],
    ['no height', pngFile({ width: 10, height: 0 })],
    ['nothing behind the header', pngFile({ width: 10, height: 10 }).subarray(0, 33)],
    ['a JPEG in name only', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(500, 7)])],
    ['a GIF in name only', Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(500, 7)])],
  ])('a file with %s is invalid media', async (_, bytes) => {
    expect((await refusal(bytes))?.code).toBe('invalid_media');
  });

  test.each([
    [50_000, 50_000],
    [10_200, 5_000],
    [1, 50_000_001],
  ])('a header of %i x %i pixels is refused without decoding', async (width, height) => {
    const error = await refusal(pngFile({ width, height }));
    expect(error?.code).toBe('image_too_large');
    expect(error?.message).toContain(`${width * height} pixels`);
    expect(error?.message).toContain('50000000 pixels');
  });

  test.each([
    ['text', Buffer.from('This is a text, whatever its name says.')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')],
    ['BMP', Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)])],
  ])('%s is no supported medium', async (_, bytes) => {
    expect((await refusal(bytes))?.code).toBe('unsupported_media');
  });
});
