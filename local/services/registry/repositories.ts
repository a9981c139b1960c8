// Repositories and images: those of the twin, and those that were pushed.
import type { DatabaseSync } from 'node:sqlite';
import type { Region } from '../../types.ts';

export interface Repository {
  /** Without the namespace: `galley/shop`. */
  readonly name: string;
  readonly compartmentId: string;
  readonly isPublic: boolean;
}

export interface Image {
  readonly repository: string;
  /** The tag, or the digest of a push without one. */
  readonly version: string;
  readonly digest: string;
  readonly pushedAt: Date;
}

export interface Repositories {
  find(name: string): Repository | undefined;
  list(): readonly Repository[];
  images(): readonly Image[];
  /**
   * Notes a push; makes the repository in the root compartment when it was missing, as OCIR does at the first
   * push. False when this very push is known already.
   */
  push(image: Image): boolean;
  clear(): void;
}

export function openRepositories(region: Region): Repositories {
  const { database } = region;
  createTables(database);
  const declared = region.twin.of('oci_artifacts_container_repository').map(({ values }) => ({
    name: String(values.display_name),
    compartmentId: String(values.compartment_id),
    isPublic: values.is_public === true,
  }));
  const made = (): Repository[] =>
    database
      .prepare('SELECT name FROM registry_repository ORDER BY name')
      .all()
      .map((row) => ({ name: String(row.name), compartmentId: region.tenancyId, isPublic: false }));
  const list = (): Repository[] => [...declared, ...made()];
  const find = (name: string): Repository | undefined => list().find((one) => one.name === name);
  return {
    find,
    list,
    images: () => database.prepare('SELECT * FROM registry_image ORDER BY pushed_at DESC').all().map(imageOf),
    push(image) {
      if (find(image.repository) === undefined) {
        database.prepare('INSERT INTO registry_repository (name) VALUES (?)').run(image.repository);
      }
      const { changes } = database
        .prepare(
          `INSERT INTO registry_image (repository, version, digest, pushed_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (repository, version) DO UPDATE SET digest = excluded.digest, pushed_at = excluded.pushed_at
           WHERE digest <> excluded.digest`,
        )
        .run(image.repository, image.version, image.digest, image.pushedAt.getTime());
      return changes > 0;
    },
    clear() {
      database.exec('DELETE FROM registry_image; DELETE FROM registry_repository');
    },
  };
}

function createTables(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS registry_repository (name TEXT PRIMARY KEY) STRICT;
    CREATE TABLE IF NOT EXISTS registry_image (
      repository TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, pushed_at INTEGER NOT NULL,
      PRIMARY KEY (repository, version)) STRICT`);
}

function imageOf(row: Record<string, unknown>): Image {
  return {
    repository: String(row.repository),
    version: String(row.version),
    digest: String(row.digest),
    pushedAt: new Date(Number(row.pushed_at)),
  };
}
