// The tables of Object Storage. Times are ISO 8601 texts; JSON columns are named for what they hold.
import type { DatabaseSync } from 'node:sqlite';

/** `seq` orders the versions of a name; `is_latest` marks the one that reads and listings see. */
const TABLES = `
CREATE TABLE IF NOT EXISTS storage_bucket (
  name TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  compartment_id TEXT NOT NULL,
  e_tag TEXT NOT NULL,
  versioning TEXT NOT NULL,
  object_events INTEGER NOT NULL,
  from_twin INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  time_created TEXT NOT NULL,
  details TEXT NOT NULL,
  lifecycle TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS storage_object (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket TEXT NOT NULL,
  name TEXT NOT NULL,
  version_id TEXT NOT NULL,
  is_latest INTEGER NOT NULL,
  is_marker INTEGER NOT NULL,
  is_kept INTEGER NOT NULL,
  e_tag TEXT NOT NULL,
  size INTEGER NOT NULL,
  md5 TEXT NOT NULL,
  multipart_md5 TEXT,
  storage_tier TEXT NOT NULL,
  headers TEXT NOT NULL,
  metadata TEXT NOT NULL,
  segments TEXT NOT NULL,
  time_created TEXT NOT NULL,
  time_modified TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS storage_object_latest ON storage_object (bucket, name) WHERE is_latest = 1;
CREATE UNIQUE INDEX IF NOT EXISTS storage_object_versions ON storage_object (bucket, name, seq);
CREATE TABLE IF NOT EXISTS storage_upload (
  id TEXT PRIMARY KEY,
  bucket TEXT NOT NULL,
  object TEXT NOT NULL,
  description TEXT NOT NULL,
  time_created TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS storage_part (
  upload_id TEXT NOT NULL REFERENCES storage_upload (id) ON DELETE CASCADE,
  part INTEGER NOT NULL,
  e_tag TEXT NOT NULL,
  md5 TEXT NOT NULL,
  size INTEGER NOT NULL,
  segments TEXT NOT NULL,
  PRIMARY KEY (upload_id, part)
) STRICT;
CREATE TABLE IF NOT EXISTS storage_work_request (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  compartment_id TEXT NOT NULL,
  status TEXT NOT NULL,
  copy TEXT NOT NULL,
  error TEXT,
  time_accepted TEXT NOT NULL,
  time_finished TEXT
) STRICT;
`;

export function createTables(database: DatabaseSync): void {
  database.exec(TABLES);
}
