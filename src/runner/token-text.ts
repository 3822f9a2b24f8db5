/** What a token adds to a text, in bytes: tokenizers write their tokens in alphabets of their own. */

interface Decoder {
  readonly type: string;
  readonly decoders?: readonly Decoder[];
}

export type TokenBytesOf = (token: string) => Uint8Array;

/** `decoder` as `tokenizer.json` has it; `undefined` where tokens cannot be told apart from the text around them. */
export const tokenReader = (decoder: Decoder | null | undefined): TokenBytesOf | undefined => {
  const kinds = decoder?.decoders?.map(({ type }) => type) ?? [decoder?.type];
  if (kinds.includes('ByteLevel')) return readByteLevel;
  return kinds.includes('Metaspace') || kinds.includes('ByteFallback') ? readSpacePiece : undefined;
};

/** GPT-2's alphabet: each byte is a printable character. Bytes that print stand for themselves, the others follow. */
const byteOf: ReadonlyMap<string, number> = (() => {
  const prints = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let others = 0;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [
      String.fromCodePoint(prints(byte) ? byte : 256 + others++),
      byte,
    ]),
  );
})();

/** Tokens that were added to the vocabulary may have characters of no alphabet: those are text as they are. */
const readByteLevel: TokenBytesOf = (token) => {
  const bytes = Array.from(token, (character) => byteOf.get(character));
  return bytes.includes(undefined) ? Buffer.from(token) : Uint8Array.from(bytes as number[]);
};

const byteToken = /^<0x([0-9A-F]{2})>$/;

export const isByteToken = (token: string): boolean => byteToken.test(token);

/** SentencePiece's: `▁` is a space, `<0x0A>` a byte. */
const readSpacePiece: TokenBytesOf = (token) => {
  const [, hex] = byteToken.exec(token) ?? [];
  return hex ? Uint8Array.of(Number.parseInt(hex, 16)) : Buffer.from(token.replaceAll('▁', ' '));
};
