// Follows a collection of a cluster: a list, then a watch, again and again until told to stop.
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api-client.ts';
import { at, type KubeObject, listOf, textOf } from '../object.ts';

export interface Following {
  readonly client: ApiClient;
  /** Such as `/api/v1/pods`. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** A new or changed object; also every object of each new list. */
  onObject(object: KubeObject): void;
  onGone(object: KubeObject): void;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const PAUSE_MS = 200;

/** Ends when the signal does; errors are logged once per outage and tried again. */
export async function follow(following: Following): Promise<void> {
  const { signal, path, log } = following;
  const known = new Map<string, KubeObject>();
  let isOut = false;
  while (!signal.aborted) {
    try {
      await round(following, known);
      isOut = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!isOut)
        log('the node lost its view of the cluster and looks again', { path, error: String(error) });
      isOut = true;
    }
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function round(
  { client, path, signal, onObject, onGone }: Following,
  known: Map<string, KubeObject>,
): Promise<void> {
  const answer = await client.get(path);
  if (answer.status !== 200)
    throw new Error(`listing ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
  const listed = new Map(
    listOf(answer.body.items).map((item) => [uidOf(item as KubeObject), item as KubeObject]),
  );
  for (const [uid, object] of known) if (!listed.has(uid)) forget(object);
  for (const object of listed.values()) learn(object);
  const version = textOf(at(answer.body, 'metadata', 'resourceVersion'));
  // The server ends the watch after five minutes; the next list heals whatever was missed.
  const watchPath = `${path}?watch=true&resourceVersion=${version}&timeoutSeconds=300`;
  await client.watch(watchPath, {
    signal,
    onEvent({ type, object }) {
      if (type === 'ERROR') throw new Error(`watching ${path}: ${JSON.stringify(object).slice(0, 200)}`);
      if (type === 'DELETED') forget(object);
      else if (type !== 'BOOKMARK') learn(object);
    },
  });

  function learn(object: KubeObject): void {
    known.set(uidOf(object), object);
    onObject(object);
  }
  function forget(object: KubeObject): void {
    known.delete(uidOf(object));
    onGone(object);
  }
}

function uidOf(object: KubeObject): string {
  return object.metadata.uid ?? '';
}
