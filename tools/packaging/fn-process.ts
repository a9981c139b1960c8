// A function's process as Fn starts one: a socket in a directory of its own, resource principal files, `POST /call`.
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface FnProcess {
  readonly child: ChildProcess;
  /** `performance.now()` when it was spawned. */
  readonly startedAt: number;
  /** When the socket appears. */
  readonly ready: Promise<void>;
  /** stdout and stderr so far. */
  output(): string;
  call(input: unknown): Promise<{ status: number; body: string }>;
  /** Kills it if it still runs, and removes its directory. */
  stop(): Promise<void>;
}

export interface Start {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** As long as Fn waits for a socket, and more, for a busy machine. */
const READY_MS = 60_000;

export function startFunction({ args, env }: Start): FnProcess {
  const directory = mkdtempSync(join(tmpdir(), 'galley-fn-'));
  const socketPath = join(directory, 'lsnr.sock');
  const watcher = watch(directory);
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...env, FN_FORMAT: 'http-stream', FN_LISTENER: `unix:${socketPath}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const exited = once(child, 'exit');
  const ready = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no socket in time:\n${output}`)), READY_MS);
    const look = () => {
      if (!existsSync(socketPath)) return;
      clearTimeout(late);
      resolve();
    };
    watcher.on('change', look);
    look();
    exited.then(() => {
      clearTimeout(late);
      reject(new Error(`the function ended before it was ready:\n${output}`));
    }, reject);
  });
  ready.catch(() => undefined);
  return {
    child,
    startedAt,
    ready,
    output: () => output,
    call: (input) => call(socketPath, input),
    stop: async () => {
      watcher.close();
      child.kill('SIGKILL');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function call(socketPath: string, input: unknown): Promise<{ status: number; body: string }> {
  const body = JSON.stringify(input);
  const headers = { 'content-length': Buffer.byteLength(body), 'fn-call-id': 'toy' };
  const sent = request({ socketPath, path: '/call', method: 'POST', headers });
  sent.end(body);
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, body: await text(response) };
}

/** A resource principal that nobody verifies, in files of a directory. */
export function writeResourcePrincipal(directory: string): Record<string, string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = join(directory, 'private.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { exp: Math.floor(Date.now() / 1000) + 3600, res_tenant: 'ocid1.tenancy.oc1..toy' };
  const rpst = join(directory, 'rpst');
  writeFileSync(rpst, `${part({ alg: 'RS256' })}.${part(claims)}.toy`);
  return {
    OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
    OCI_RESOURCE_PRINCIPAL_RPST: rpst,
    OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: pem,
    OCI_RESOURCE_PRINCIPAL_REGION: 'eu-frankfurt-1',
  };
}
