// Tarballs for tests, made in memory.
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** A gzip tarball of text files, in the order given. */
export async function tarball(files: Readonly<Record<string, string>>): Promise<Buffer> {
  return archive(Object.entries(files).map(([name, content]) => ({ header: { name }, content })));
}

export interface RawEntry {
  readonly header: Partial<Header> & { readonly name: string };
  readonly content?: string;
}

/** Entries as they are given: nothing is tidied, so that hostile ones can be made. */
export async function archive(entries: readonly RawEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { header, content = '' } of entries) tar.entry({ mtime: new Date(0), ...header }, content);
  tar.finalize();
  return gzipSync(await buffer(tar));
}

/** A web app of one file on node:24-slim that answers with `text`. */
export function webApp(text: string): Record<string, string> {
  return {
    'galley.yaml': 'service: {type: LoadBalancer}\n',
    Dockerfile:
      'FROM node:24-slim\nCOPY server.js /app/server.js\nUSER 1000\nEXPOSE 8080\nCMD ["node", "/app/server.js"]\n',
    'server.js': `require('node:http').createServer((_, reply) => reply.end(${JSON.stringify(text)})).listen(process.env.PORT ?? 8080);
process.on('SIGTERM', () => process.exit(0));\n`,
  };
}
