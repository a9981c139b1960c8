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

/** `<namespace>/<name>` → object, per `<plural>.<group>`: lists look at one resource only. */
type Shelves = Map<string, Map<string, KubeObject>>;

const placeOf = ({ namespace, name }: Key): string => `${namespace}/${name}`;

/** Opens `<directory>/objects.sqlite`. Objects handed out are shared: callers must copy before they change one. */
export function openObjectStore(directory: string): ObjectStore {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, 'objects.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(
    'CREATE TABLE IF NOT EXISTS object (resource TEXT, place TEXT, body TEXT NOT NULL, PRIMARY KEY (resource, place)) STRICT',
  );
  const shelves: Shelves = new Map();
  let newest = 0;
  for (const row of database.prepare('SELECT resource, place, body FROM object').iterate()) {
    const object: KubeObject = JSON.parse(String(row.body));
    shelfOf(shelves, String(row.resource)).set(String(row.place), object);
    newest = Math.max(newest, Number(object.metadata.resourceVersion ?? 0));
  }
  // Deletions leave no trace, so a restart begins well above whatever a client may have seen.
  return createStore(database, shelves, newest === 0 ? 1 : newest + 1_000_000);
}

function shelfOf(shelves: Shelves, resource: string): Map<string, KubeObject> {
  const shelf = shelves.get(resource) ?? new Map<string, KubeObject>();
  shelves.set(resource, shelf);
  return shelf;
}

function createStore(database: DatabaseSync, shelves: Shelves, start: number): ObjectStore {
  const save = database.prepare(
    'INSERT INTO object VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
  );
  const erase = database.prepare('DELETE FROM object WHERE resource = ? AND place = ?');
  const shelf = (resource: Resource) => shelfOf(shelves, qualified(resource));
  const stream = changeStream(start);
  return {
    close: () => database.close(),
    revision: stream.revision,
    since: stream.since,
    onChange: stream.onChange,
    get: (key) => shelf(key.resource).get(placeOf(key)),
    list: (resource, namespace) => listOn(shelf(resource), namespace),
    put(key, object) {
      const stored = stamped(object, stream.next());
      const type = shelf(key.resource).has(placeOf(key)) ? 'MODIFIED' : 'ADDED';
      shelf(key.resource).set(placeOf(key), stored);
      save.run(qualified(key.resource), placeOf(key), JSON.stringify(stored));
      stream.tell({ type, resource: key.resource, object: stored, revision: stream.revision() });
      return stored;
    },
    remove(key) {
      const object = shelf(key.resource).get(placeOf(key));
      if (!object) return;
      shelf(key.resource).delete(placeOf(key));
      erase.run(qualified(key.resource), placeOf(key));
      const last = stamped(object, stream.next());
      stream.tell({ type: 'DELETED', resource: key.resource, object: last, revision: stream.revision() });
    },
  };
}

function stamped(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

function listOn(shelf: Map<string, KubeObject>, namespace: string | undefined): KubeObject[] {
  if (namespace === undefined) return [...shelf.values()];
  return [...shelf].filter(([place]) => place.startsWith(`${namespace}/`)).map(([, object]) => object);
}

/** Numbers the changes and keeps the last of them for watches. */
function changeStream(start: number) {
  let revision = start;
  const history: Change[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  return {
    revision: () => revision,
    next(): number {
      revision += 1;
      return revision;
    },
    tell(change: Change): void {
      history.push(change);
      if (history.length > HISTORY) history.shift();
      changes.emit('change', change);
    },
    since(from: number): readonly Change[] | undefined {
      const oldest = history[0]?.revision ?? revision + 1;
      return from < oldest - 1 ? undefined : history.filter((change) => change.revision > from);
    },
    onChange(listener: (change: Change) => void): () => void {
      changes.on('change', listener);
      return () => changes.off('change', listener);
    },
  };
}
