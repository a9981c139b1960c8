// All objects: in memory to read, in SQLite to survive a kill, and as a stream of changes.
import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { KubeObject } from '../object.ts';
import { qualified } from './api-error.ts';
import type { Resource } from './resources.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: Resource;
  readonly object: KubeObject;
  readonly revision: number;
}

export interface Key {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
}

/** How many changes a watch may lag behind before it must list again (410 Gone). */
const HISTORY = 2000;

export interface ObjectStore {
  /** The current revision, the `resourceVersion` of a list. */
  revision(): number;
  get(key: Key): KubeObject | undefined;
  list(resource: Resource, namespace?: string): KubeObject[];
  /** Writes with a new `resourceVersion` and returns what was stored. */
  put(key: Key, object: KubeObject): KubeObject;
  remove(key: Key): void;
  /** Changes after a revision, or undefined when they are no longer kept. */
  since(revision: number): readonly Change[] | undefined;
  onChange(listener: (change: Change) => void): () => void;
  close(): void;
}

function pathOf({ resource, namespace, name }: Key): string {
  return `${qualified(resource)}/${namespace}/${name}`;
}

/** Opens `<directory>/objects.sqlite`. Objects handed out are shared: callers must copy before they change one. */
export function openObjectStore(directory: string): ObjectStore {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, 'objects.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec('CREATE TABLE IF NOT EXISTS object (path TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT');
  const save = database.prepare(
    'INSERT INTO object VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
  );
  const erase = database.prepare('DELETE FROM object WHERE path = ?');
  const objects = new Map<string, KubeObject>();
  for (const row of database.prepare('SELECT path, body FROM object').iterate()) {
    objects.set(String(row.path), JSON.parse(String(row.body)));
  }
  // Deletions leave no trace, so a restart begins well above whatever a client may have seen.
  const newest = Math.max(
    1,
    ...[...objects.values()].map((object) => Number(object.metadata.resourceVersion ?? 0)),
  );
  return createStore({
    objects,
    start: newest + (objects.size > 0 ? 1_000_000 : 0),
    save,
    erase,
    close: () => database.close(),
  });
}

interface Backing {
  readonly objects: Map<string, KubeObject>;
  readonly start: number;
  readonly save: { run(path: string, body: string): unknown };
  readonly erase: { run(path: string): unknown };
  close(): void;
}

function createStore({ objects, start, save, erase, close }: Backing): ObjectStore {
  let revision = start;
  const history: Change[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  const tell = (change: Change): void => {
    history.push(change);
    if (history.length > HISTORY) history.shift();
    changes.emit('change', change);
  };
  return {
    close,
    revision: () => revision,
    get: (key) => objects.get(pathOf(key)),
    list: (resource, namespace) => listUnder(objects, resource, namespace),
    put(key, object) {
      revision += 1;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      const type = objects.has(pathOf(key)) ? 'MODIFIED' : 'ADDED';
      objects.set(pathOf(key), stored);
      save.run(pathOf(key), JSON.stringify(stored));
      tell({ type, resource: key.resource, object: stored, revision });
      return stored;
    },
    remove(key) {
      const object = objects.get(pathOf(key));
      if (!object || !objects.delete(pathOf(key))) return;
      revision += 1;
      erase.run(pathOf(key));
      const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      tell({ type: 'DELETED', resource: key.resource, object: last, revision });
    },
    since: (from) =>
      from < (history[0]?.revision ?? revision + 1) - 1
        ? undefined
        : history.filter((change) => change.revision > from),
    onChange(listener) {
      changes.on('change', listener);
      return () => changes.off('change', listener);
    },
  };
}

function listUnder(
  objects: Map<string, KubeObject>,
  resource: Resource,
  namespace: string | undefined,
): KubeObject[] {
  const prefix = namespace === undefined ? `${qualified(resource)}/` : `${qualified(resource)}/${namespace}/`;
  return [...objects].filter(([path]) => path.startsWith(prefix)).map(([, object]) => object);
}
