import { readFileSync } from 'node:fs';
import { sniff } from '../../../src/media/sniff.js';
import { fixture } from '../../helpers/fixtures.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['image', 'jpeg', bytes('\xff\xd8\xff\xe0\0\x10JFIF')],
  ['image', 'png', bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')],
  ['image', 'gif', bytes('GIF89a\x10\0\x10\0')],
  ['image', 'webp', bytes('RIFF\x10\0\0\0WEBPVP8 ')],
  ['image', 'tiff', bytes('II*\0\x08\0\0\0')],
  ['image', 'tiff', bytes('MM\0*\0\0\0\x08')],
  ['image', 'avif', bytes('\0\0\0\x20ftypavif')],
  ['image', 'heic', bytes('\0\0\0\x20ftypheic')],
  ['audio', 'wav', bytes('RIFF\x10\0\0\0WAVEfmt ')],
  ['audio', 'flac', bytes('fLaC\0\0\0\x22')],
  ['audio', 'ogg', bytes('OggS\0\x02')],
  ['audio', 'mp3', bytes('ID3\x04\0')],
  ['audio', 'mp3', bytes('\xff\xfb\x90\x44\0\0')],
  ['audio', 'matroska', bytes('\x1a\x45\xdf\xa3')],
  ['audio', 'w64', bytes('riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0')],
  ['audio', 'wavpack', bytes('wvpk\x32\0\0\0\x10\x04')],
  ['audio', 'tta', bytes('TTA1\x01\0\x02\0')],
  ['audio', 'ape', bytes('MAC \x96\x0f\0\0')],
  ['audio', 'ac3', bytes('\x0b\x77\x12\x34')],
  ['audio', 'dts', bytes('\x7f\xfe\x80\x01')],
  ['audio', 'flv', bytes('FLV\x01\x04\0\0\0\x09')],
  ['audio', 'mpegts', bytes(`G\x40\x11${'\0'.repeat(185)}G\0`)],
  ['audio', 'mpegts', bytes(`\0\0\0\0G\x40\x11${'\0'.repeat(189)}G\0`)],
  ['audio', 'mp4', bytes('\0\0\0\x20ftypM4A ')],
  ['audio', 'mp4', bytes('\0\0\0\x20ftypisom')],
])('%s/%s is known by its first bytes', (kind, name, head) => {
  expect(sniff(head)).toEqual({ kind, name });
});

test.each([
  ['plain text', bytes('Hello, this is no picture at all.')],
  ['JSON', bytes('{"inputs": "x"}')],
  ['HTML', bytes('<!doctype html><html>')],
  ['SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['PDF', bytes('%PDF-1.7')],
  ['ZIP', bytes('PK\x03\x04')],
  ['an executable', bytes('\x7fELF\x02\x01\x01')],
  ['a RIFF of another kind', bytes('RIFF\x10\0\0\0XXXXfmt ')],
  ['two bytes', bytes('\xff\xd8')],
  ['nothing', bytes('')],
  ['a G alone', bytes(`G\x40\x11${'\0'.repeat(300)}`)],
  ['UTF-16 text', bytes('\xff\xfeH\0e\0l\0l\0o\0')],
])('%s is no media', (_, head) => {
  expect(sniff(head)).toBeUndefined();
});

test.each([
  ['a word that begins like a bitmap', 'BMW is a maker of cars.'],
  ['a word that begins like an AIFF file', 'FORMAL letters are dull to read.'],
  ['a word that begins like an MP3 tag', 'ID3 is how MP3 files say their title.'],
  ['a word that begins like a GIF', 'GIF8 is how a GIF begins.'],
  ['a shell prompt that begins like a transport stream', 'G@home:~$ ls'],
])('%s is still text', (_, text) => {
  expect(sniff(Buffer.from(text))).toBeUndefined();
});

test.each([
  ['scene-96x64.png', 'png'],
  ['scene-53x37.jpg', 'jpeg'],
  ['english-16k.wav', 'wav'],
])('the file %s is a %s', (file, name) => {
  expect(sniff(readFileSync(fixture(`media/${file}`)))?.name).toBe(name);
});

test('only the view is read, not the buffer around it', () => {
  const around = Buffer.concat([bytes('\x89PNG\r\n\x1a\n'), Buffer.from('text'), bytes('\x89PNG')]);
  expect(sniff(around.subarray(8, 12))).toBeUndefined();
});
