/** HTTP by hand over a socket, for what no client would send, and to see how an answer was cut into writes. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  /** The body, chunk framing removed. */
  readonly body: string;
  /** One a write, when the answer is chunked. */
  readonly chunks: readonly string[];
}

export const openSocket = async (url: string): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // the server may hang up; what came until then is what counts
  await once(socket, 'connect');
  return socket;
};

/** The request's head as text; `Host` is added. */
export const head = (line: string, headers: Readonly<Record<string, string | number>>): string =>
  [
    `${line} HTTP/1.1`,
    'Host: test',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');

/** Sends these bytes and reads until the server closes. Ask it to with `Connection: close`. */
export const exchange = async (
  url: string,
  ...parts: ReadonlyArray<string | Uint8Array>
): Promise<RawAnswer> => {
  const socket = await openSocket(url);
  for (const part of parts) socket.write(part);
  return readAnswer(socket);
};

export const readAnswer = async (socket: Socket): Promise<RawAnswer> => {
  const received: Buffer[] = [];
  socket.on('data', (data: Buffer) => received.push(data));
  await once(socket, 'close');
  return parseAnswer(Buffer.concat(received));
};

const parseAnswer = (bytes: Buffer): RawAnswer => {
  const end = bytes.indexOf('\r\n\r\n');
  const answerHead = bytes.subarray(0, end).toString();
  const rest = bytes.subarray(end + 4);
  const chunks = /transfer-encoding: chunked/i.test(answerHead) ? readChunks(rest) : [rest.toString()];
  return { status: Number(answerHead.split(' ')[1]), head: answerHead, body: chunks.join(''), chunks };
};

const readChunks = (bytes: Buffer): string[] => {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.subarray(at, lineEnd).toString(), 16);
    if (!(length > 0)) break;
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length).toString());
    at = lineEnd + 2 + length + 2;
  }
  return chunks;
};
