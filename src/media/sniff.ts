/** What a media file is, by its first bytes: enough to refuse text and to name what cannot be decoded. */

interface Signature {
  readonly kind: 'image' | 'audio';
  readonly name: string;
  readonly at: number;
  readonly bytes: Buffer;
}

const signature = (
  kind: Signature['kind'],
  name: string,
  magic: string | readonly number[],
  at = 0,
): Signature => ({
  kind,
  name,
  at,
  bytes: typeof magic === 'string' ? Buffer.from(magic, 'latin1') : Buffer.from(magic),
});

/** Order matters where one begins like another. Sources: the formats' own specifications. */
const signatures: readonly Signature[] = [
  signature('image', 'jpeg', [0xff, 0xd8, 0xff]),
  signature('image', 'png', '\x89PNG\r\n\x1a\n'),
  signature('image', 'gif', 'GIF8'),
  signature('image', 'bmp', 'BM'),
  signature('image', 'tiff', 'II*\0'),
  signature('image', 'tiff', 'MM\0*'),
  signature('image', 'webp', 'WEBP', 8),
  ...['avif', 'avis'].map((brand) => signature('image', 'avif', `ftyp${brand}`, 4)),
  ...['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'].map((brand) =>
    signature('image', 'heic', `ftyp${brand}`, 4),
  ),
  signature('audio', 'wav', 'WAVE', 8),
  signature('audio', 'wav', 'RF64'),
  signature('audio', 'aiff', 'FORM'),
  signature('audio', 'flac', 'fLaC'),
  signature('audio', 'ogg', 'OggS'),
  signature('audio', 'mp3', 'ID3'),
  signature('audio', 'matroska', [0x1a, 0x45, 0xdf, 0xa3]),
  signature('audio', 'mp4', 'ftyp', 4),
  signature('audio', 'amr', '#!AMR'),
  signature('audio', 'avi', 'AVI ', 8),
  signature('audio', 'asf', [0x30, 0x26, 0xb2, 0x75]),
  signature('audio', 'au', '.snd'),
  signature('audio', 'caf', 'caff'),
  signature('audio', 'w64', 'riff\x2e\x91\xcf\x11'),
  signature('audio', 'wavpack', 'wvpk'),
  signature('audio', 'tta', 'TTA1'),
  signature('audio', 'ape', 'MAC '),
  signature('audio', 'ac3', [0x0b, 0x77]),
  signature('audio', 'dts', [0x7f, 0xfe, 0x80, 0x01]),
  signature('audio', 'flv', 'FLV\x01'),
  signature('audio', 'mpeg', [0x00, 0x00, 0x01, 0xba]),
  signature('audio', 'mpeg', [0x00, 0x00, 0x01, 0xb3]),
];

/**
 * MPEG audio and AAC frames begin with eleven (twelve) set bits and no further magic. FF FE is left out: it would be
 * layer I with a checksum, which nobody writes, and is how UTF-16 text begins.
 */
const isMpegFrame = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0 && bytes[1] !== 0xff && bytes[1] !== 0xfe;

/** Packets of 188 bytes that begin with 0x47; those of cameras and discs have a stamp of four bytes before it. */
const isTransportStream = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x47 && bytes[188] === 0x47) || (bytes[4] === 0x47 && bytes[196] === 0x47);

/** Some formats begin with letters alone (BMW, FORMAL, ID3 …); none goes on in plain ASCII. */
const isText = (head: Buffer): boolean =>
  head.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));

export const sniff = (
  bytes: Uint8Array,
): { readonly kind: 'image' | 'audio'; readonly name: string } | undefined => {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(32, bytes.byteLength));
  if (isText(head)) return undefined;
  const found = signatures.find(({ at, bytes: magic }) => head.subarray(at, at + magic.length).equals(magic));
  if (found) return { kind: found.kind, name: found.name };
  if (isTransportStream(bytes)) return { kind: 'audio', name: 'mpegts' };
  return isMpegFrame(head) ? { kind: 'audio', name: 'mp3' } : undefined;
};
