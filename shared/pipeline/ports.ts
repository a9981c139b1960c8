// What the pipeline asks of the outside: only the operations it uses. shared/oci answers them over OCI,
// test/simulation in memory.
import type { Build, BuildKey } from '../build/build.ts';
import type { CommandSeen, Head, Result } from '../build/seen.ts';

export interface Found {
  readonly build: Build;
  readonly eTag: string;
}

/** `active/` and `done/`. Every write is conditional; a lost reply is read back before deciding who won. */
export interface Records {
  findActive(key: BuildKey): Promise<Found | undefined>;
  findDone(key: BuildKey): Promise<Found | undefined>;
  /** If-None-Match: *. The ETag, or undefined when the record is there already. */
  create(build: Build): Promise<string | undefined>;
  /** If-Match. The new ETag, or undefined when somebody else was first. */
  swap(build: Build, eTag: string): Promise<string | undefined>;
  /** Writes `done/` once (a second write is a no-op). */
  finish(build: Build): Promise<void>;
  /** Deletes `active/` if it still has this ETag; absent or changed is no error. */
  drop(key: BuildKey, eTag: string): Promise<void>;
  /** All names under `active/` (of one app), in order. */
  listActive(app?: string): Promise<BuildKey[]>;
  /** Ids under `done/<app>/`, from `since` on, in order. */
  listDone(app: string, since?: string): Promise<string[]>;
}

export interface Upload {
  readonly object: string;
  readonly eTag: string;
  readonly versionId?: string;
  /** ISO 8601, from the bucket's listing of versions: one source for every door (design §2). */
  readonly uploadedAt: string;
  readonly bytes: number;
}

export interface Uploads {
  /** The version with this ETag (without one: the newest), or undefined when it is gone. */
  find(object: string, eTag?: string): Promise<Upload | undefined>;
  /** Everything under `apps/` uploaded since `since`, every version. */
  list(since: Date): Promise<Upload[]>;
  /** The bytes of exactly this version. Throws PipelineError reason `UploadGone` when it is no longer there. */
  open(upload: Upload): Promise<AsyncIterable<Uint8Array>>;
}

export interface SlotHolder extends BuildKey {
  readonly attempt: number;
  /** ISO 8601: when it was claimed. */
  readonly since: string;
}

export interface SlotName {
  readonly instance: string;
  readonly number: number;
}

export interface Slots {
  list(): Promise<SlotName[]>;
  read(slot: SlotName): Promise<{ holder: SlotHolder; eTag: string } | undefined>;
  /** If-None-Match: *. The claim's ETag, or undefined when somebody else was first. */
  claim(slot: SlotName, holder: SlotHolder): Promise<string | undefined>;
  /** Deletes it if it still has this ETag. */
  free(slot: SlotName, eTag: string): Promise<void>;
}

export interface FoundHead {
  readonly head: Head;
  readonly eTag: string;
}

export interface Heads {
  read(app: string): Promise<FoundHead | undefined>;
  /** `eTag` undefined: must not exist yet. The new ETag, or undefined when somebody else was first. */
  swap(app: string, head: Head, eTag: string | undefined): Promise<string | undefined>;
}

export interface Cancels {
  list(): Promise<BuildKey[]>;
  /** Who asked. */
  find(key: BuildKey): Promise<string | undefined>;
  remove(key: BuildKey): Promise<void>;
}

export interface CommandRequest {
  readonly instance: string;
  readonly displayName: string;
  readonly text: string;
  /** Same token, same command: for 24 h (facts run-command §1.5). */
  readonly retryToken: string;
  readonly timeoutSeconds: number;
}

export interface Commands {
  /** The id. Throws PipelineError. */
  create(request: CommandRequest): Promise<string>;
  find(displayName: string): Promise<string | undefined>;
  look(command: string, instance: string): Promise<CommandSeen | 'absent'>;
  /** Best effort; a command that is over or unknown is no error. */
  cancel(command: string): Promise<void>;
}

export interface Instances {
  /** What keeps the instance from fetching commands, in a few words; undefined when nothing is known to. */
  problem(instance: string): Promise<string | undefined>;
}

export interface Results {
  find(key: BuildKey, attempt: number): Promise<Result | undefined>;
  /** When galley-build last said that the attempt is alive, ISO 8601, by Object Storage's clock; undefined: never. */
  heard(key: BuildKey, attempt: number): Promise<string | undefined>;
}

/** Bodies: `manifests/`, `plans/`, `logs/`. */
export interface Texts {
  readManifests(key: BuildKey): Promise<string | undefined>;
  writeManifests(key: BuildKey, text: string): Promise<void>;
  writePlan(key: BuildKey, text: string): Promise<void>;
  /** What was found at a bad rollout, as the last log chunk. */
  writeEvidence(key: BuildKey, text: string): Promise<void>;
}

export interface Applier {
  /** Invokes functions/apply for one build, detached. */
  invoke(key: BuildKey): Promise<void>;
}

/** What every function has. */
export interface Ports {
  readonly records: Records;
  readonly uploads: Uploads;
  readonly slots: Slots;
  readonly heads: Heads;
  readonly cancels: Cancels;
  readonly commands: Commands;
  readonly instances: Instances;
  readonly results: Results;
  readonly texts: Texts;
  readonly applier: Applier;
  now(): Date;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
