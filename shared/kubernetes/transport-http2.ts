// HTTP/2: every request is a stream of one connection. One handshake, no waiting for a turn, and half the work for a
// request that HTTP/1.1 makes of it.
import { type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { textOf } from './answer-text.ts';
import type { Sender } from './transport.ts';

/** What may be under way to us unread; the default of 64 KiB would make a long list wait for our nod 16 times a MiB. */
const WINDOW_BYTES = 1024 * 1024;

/** @param socket connected, with `h2` agreed on */
export function http2Sender(server: string, socket: TLSSocket): Sender {
  const settings = { initialWindowSize: WINDOW_BYTES, enablePush: false };
  const session = connect(server, { createConnection: () => socket, settings });
  let isBroken = false;
  const retire = (): void => {
    isBroken = true;
    // Streams that are still answered come to their end.
    session.close();
  };
  session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES));
  // Every stream learns of it by itself; without a listener it would end the process.
  session.on('error', retire).on('goaway', retire);
  return {
    send: async ({ method, path, headers, body, signal }) => {
      try {
        const pseudo = { ':method': method, ':path': path };
        // Node would end the stream of a DELETE by itself, body or not.
        const stream = session.request({ ...headers, ...pseudo }, { signal, endStream: body === undefined });
        const coming = Promise.all([responseOf(stream), textOf(stream), ended(stream)]);
        if (body !== undefined) stream.end(body);
        const [answer, text] = await coming;
        return {
          status: Number(answer[':status']),
          contentType: answer['content-type'] ?? '',
          warnings: [answer.warning ?? []].flat(),
          text,
        };
      } catch (error) {
        // A connection that was frozen with its function, or cut without a word, never answers again.
        retire();
        throw error;
      }
    },
    isUsable: () => !(isBroken || session.closed || session.destroyed),
    close: () => session.destroy(),
  };
}

function responseOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  return new Promise((resolve) => void stream.once('response', resolve));
}

/** The end of a connection is the end of its streams, half an answer or none, and no error of theirs. */
function ended(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    stream.once('response', () => {
      isAnswered = true;
    });
    stream.once('error', reject);
    stream.once('close', () => {
      if (isAnswered && stream.rstCode === constants.NGHTTP2_NO_ERROR) resolve();
      else reject(new Error('the connection ended before the answer did'));
    });
  });
}
