// Readiness, liveness and startup probes: http, tcp and exec.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { at, type Fields, fieldsOf, listOf, numberOf, textOf, textsOf } from '../object.ts';
import type { Address, Sandbox, StartedContainer } from './runtime.ts';

export interface Probing {
  readonly probe: Fields;
  /** The container's spec: named ports are looked up in it. */
  readonly spec: Fields;
  readonly sandbox: Sandbox;
  readonly container: StartedContainer;
  readonly signal: AbortSignal;
  /** A verdict that holds: so many successes or failures in a row as the probe asks for. */
  onVerdict(isGood: boolean, why: string): void;
}

/**
 * The kubelet lists its containers once a second, and probes one the moment it finds it started
 * (kubernetes.io, "Configure Probes": a pod that is not ready yet is also probed between its periods).
 */
const RELIST_MS = 1000;

/** Probes until the signal ends. */
export async function keepProbing(probing: Probing): Promise<void> {
  const { probe, signal, onVerdict } = probing;
  const wait = (seconds: number): Promise<unknown> =>
    delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
  await wait(numberOf(probe.initialDelaySeconds));
  await wait((RELIST_MS - (Date.now() % RELIST_MS)) / 1000);
  let streak = 0;
  let last: boolean | undefined;
  while (!signal.aborted) {
    const why = await failureOf(probing);
    if (signal.aborted) return;
    streak = (why === undefined) === last ? streak + 1 : 1;
    last = why === undefined;
    const needed = last ? numberOf(probe.successThreshold, 1) : numberOf(probe.failureThreshold, 3);
    if (streak >= needed) onVerdict(last, why ?? '');
    await wait(numberOf(probe.periodSeconds, 10));
  }
}

/** Why the probe fails now, in the kubelet's words; undefined when it succeeds. */
async function failureOf({ probe, spec, sandbox, container }: Probing): Promise<string | undefined> {
  const timeoutMs = numberOf(probe.timeoutSeconds, 1) * 1000;
  if (probe.exec !== undefined) {
    const code = await container.exec(textsOf(at(probe, 'exec', 'command')));
    return code === 0 ? undefined : `command exited with ${code}`;
  }
  const target = fieldsOf(probe.httpGet ?? probe.tcpSocket);
  const address = await sandbox.reach(portNumber(target.port, spec));
  // Played containers are nowhere: there is nothing to ask, and nothing to say against them.
  if (!address) return undefined;
  return probe.httpGet === undefined
    ? tcpFailure(address, timeoutMs)
    : httpFailure(address, { get: target, timeoutMs });
}

/** A port by number, or by its name in the container. */
export function portNumber(port: unknown, spec: Fields): number {
  if (typeof port === 'number') return port;
  const named = listOf(spec.ports).find((each) => each.name === port);
  return numberOf(named?.containerPort, Number(port) || 0);
}

function tcpFailure({ host, port }: Address, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (why?: string): void => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end(`dial tcp ${host}:${port}: i/o timeout`));
    socket.once('error', (error) => end(`dial tcp ${host}:${port}: ${error.message}`));
  });
}

function httpFailure(
  { host, port }: Address,
  { get, timeoutMs }: { get: Fields; timeoutMs: number },
): Promise<string | undefined> {
  const isTls = textOf(get.scheme).toUpperCase() === 'HTTPS';
  const path = textOf(get.path) || '/';
  const headers = Object.fromEntries(
    listOf(get.httpHeaders).map((header) => [textOf(header.name), textOf(header.value)]),
  );
  const url = `${isTls ? 'https' : 'http'}://${host}:${port}${path}`;
  return new Promise((resolve) => {
    const send = isTls ? httpsRequest : httpRequest;
    // The kubelet skips verification and does not keep the connection.
    const options = {
      headers: { 'user-agent': 'kube-probe/1.34', ...headers },
      timeout: timeoutMs,
      agent: false,
      rejectUnauthorized: false,
    };
    const outgoing = send(url, options, (response) => {
      response.resume();
      const code = response.statusCode ?? 0;
      resolve(code >= 200 && code < 400 ? undefined : `HTTP probe failed with statuscode: ${code}`);
    });
    outgoing.once('timeout', () =>
      outgoing.destroy(
        new Error('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
      ),
    );
    outgoing.once('error', (error) => resolve(`Get "${url}": ${error.message}`));
    outgoing.end();
  });
}
