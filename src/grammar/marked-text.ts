/** Free text up to a marker: what a model writes before, or instead of, something that has a form. */
import type { NetworkBuilder, Part } from './network.js';

/** Any text without the marker. */
export const textWithout =
  (marker: string): Part =>
  (builder, from) => {
    const { places } = readMarker(builder, from, Buffer.from(marker));
    const end = builder.state();
    for (const place of places) builder.skip(place, end);
    return end;
  };

/** Any text up to the first marker, and the marker. */
export const textUntil =
  (marker: string): Part =>
  (builder, from) =>
    readMarker(builder, from, Buffer.from(marker)).end;

/** One state for each beginning of the marker that has just been read (Knuth, Morris, Pratt 1977), and one behind it. */
const readMarker = (builder: NetworkBuilder, from: number, marker: Buffer) => {
  const places = Array.from(marker, () => builder.state());
  const end = builder.state();
  builder.skip(from, places[0]!);
  // All tokens of plain text are allowed here; none has the whole marker and more.
  builder.states[places[0]!]!.room = Number.POSITIVE_INFINITY;
  for (const [read, place] of places.entries()) {
    let low = 0;
    for (let byte = 1; byte <= 256; byte++) {
      const reached = overlap(marker, read, low);
      if (byte < 256 && overlap(marker, read, byte) === reached) continue;
      builder.read(place, low, byte - 1, places[reached] ?? end);
      low = byte;
    }
  }
  return { places, end };
};

/** How much of the marker's beginning stands at the end of its first `read` bytes and one more. */
const overlap = (marker: Buffer, read: number, byte: number): number => {
  const text = Buffer.concat([marker.subarray(0, read), Uint8Array.of(byte)]);
  for (let length = text.length; length > 0; length--)
    if (marker.subarray(0, length).equals(text.subarray(text.length - length))) return length;
  return 0;
};
