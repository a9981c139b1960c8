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

async function round(following: Following, known: Map<string, KubeObject>): Promise<void> {
  const { client, path, signal } = following;
  const learn = (object: KubeObject): void => {
    known.set(uidOf(object), object);
    following.onObject(object);
  };
  const forget = (object: KubeObject): void => {
    known.delete(uidOf(object));
    following.onGone(object);
  };
  const answer = await client.get(path);
  if (answer.status !== 200)
    throw new Error(`listing ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
  const listed = listOf(answer.body.items) as unknown as KubeObject[];
  const uids = new Set(listed.map(uidOf));
  for (const [uid, object] of known) if (!uids.has(uid)) forget(object);
  listed.forEach(learn);
  // The server ends the watch after five minutes; the next list heals whatever was missed.
  const version = textOf(at(answer.body, 'metadata', 'resourceVersion'));
  await client.watch(`${path}?watch=true&resourceVersion=${version}&timeoutSeconds=300`, {
    signal,
    onEvent({ type, object }) {
      if (type === 'ERROR') throw new Error(`watching ${path}: ${JSON.stringify(object).slice(0, 200)}`);
      if (type === 'DELETED') forget(object);
      else if (type !== 'BOOKMARK') learn(object);
    },
  });
}

function uidOf(object: KubeObject): string {
  return object.metadata.uid ?? '';
}
