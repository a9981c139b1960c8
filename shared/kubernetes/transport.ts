// Requests to one API server: over a single HTTP/2 connection where the server speaks it, as every kube-apiserver does,
// else over kept HTTP/1.1 connections, as a proxy in front of one or a stand-in may.
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { http1Sender } from './transport-http1.ts';

/** Where an API server is, and what is shown to it. */
export interface Connection {
  /** `https://host:port`; plain `http:` is for stand-ins. */
  readonly server: string;
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** The header's value. Asked for each request: OKE tokens age in minutes, and minting one costs a millisecond. */
  readonly authorization?: () => Promise<string>;
}

export interface Outgoing {
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface Incoming {
  readonly status: number;
  readonly contentType: string;
  /** `Warning` headers, as they came. */
  readonly warnings: readonly string[];
  readonly text: string;
}

/** One protocol's way of asking. */
export interface Sender {
  /** Rejects when no whole answer came. */
  send(outgoing: Outgoing): Promise<Incoming>;
  /** False once nothing more may be sent this way. */
  isUsable(): boolean;
  close(): void;
}

export interface Address {
  readonly host: string;
  readonly port: string;
  readonly isPlain: boolean;
}

/** Nothing is opened before the first request; what breaks is opened anew for the next one. */
export function openTransport(
  connection: Connection,
  { connectMs }: { connectMs: number },
): Pick<Sender, 'send' | 'close'> {
  let current: Promise<Sender> | undefined;
  const usable = async (): Promise<Sender> => {
    current ??= open(connection, connectMs);
    const mine = current;
    const sender = await mine.catch(() => undefined);
    if (sender?.isUsable()) return sender;
    if (current === mine) current = undefined;
    return sender === undefined ? mine : usable();
  };
  return {
    send: async (outgoing) => (await usable()).send(outgoing),
    close: () => {
      current?.then((sender) => sender.close()).catch(() => undefined);
      current = undefined;
    },
  };
}

async function open(connection: Connection, connectMs: number): Promise<Sender> {
  const address = addressOf(connection.server);
  if (address.isPlain) return http1Sender(connection, address);
  const socket = await handshake(connection, { ...address, connectMs });
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy();
    return http1Sender(connection, address);
  }
  // Loading it takes a few milliseconds that a server without HTTP/2 does not cost.
  const { http2Sender } = await import('./transport-http2.ts');
  return http2Sender(connection.server, socket);
}

function addressOf(server: string): Address {
  const { hostname, port, protocol } = new URL(server);
  const isPlain = protocol === 'http:';
  // Node wants IPv6 addresses without the brackets of a URL.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port || (isPlain ? '80' : '443'), isPlain };
}

function handshake(
  { tls }: Connection,
  { host, port, connectMs }: Address & { connectMs: number },
): Promise<TLSSocket> {
  const socket = connectTls({ host, port: Number(port), ...tls, ALPNProtocols: ['h2', 'http/1.1'] });
  return new Promise((resolve, reject) => {
    socket.setTimeout(connectMs, () => socket.destroy(new Error(`no connection in ${connectMs} ms`)));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
