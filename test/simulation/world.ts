// The outside, in memory: everything that outlives a process. Calls on it are in ports.ts; it keeps no promises itself.

import type { Build, BuildKey } from '../../shared/build/build.ts';
import { decodeBuild, encodeBuild } from '../../shared/build/metadata.ts';
import type { CommandSeen, Head, Result } from '../../shared/build/seen.ts';
import type { SlotHolder, Upload } from '../../shared/pipeline/ports.ts';

export interface Stored<T> {
  readonly value: T;
  readonly eTag: string;
}

/** A Run Command as OCI knows it, and what the agent does with it. */
export interface Command {
  readonly id: string;
  readonly instance: string;
  readonly displayName: string;
  readonly retryToken: string;
  readonly text: string;
  readonly createdAt: number;
  seen: CommandSeen;
  cancelAsked: boolean;
}

export interface Deployed {
  readonly build: string;
  readonly image: string;
  /** Of the parent: each write gives another. */
  readonly version: string;
}

export interface World {
  now: number;
  readonly uploads: (Upload & { readonly bytes: number })[];
  readonly active: Map<string, Stored<Record<string, string>>>;
  readonly done: Map<string, Stored<Record<string, string>>>;
  readonly slots: Map<string, Stored<SlotHolder>>;
  readonly heads: Map<string, Stored<Head>>;
  readonly cancels: Map<string, string>;
  readonly results: Map<string, Result>;
  readonly manifests: Map<string, string>;
  readonly texts: Map<string, string>;
  readonly commands: Command[];
  /** Digest → the ETag its bytes were built from: what I7 is checked against. */
  readonly registry: Map<string, string>;
  readonly cluster: Map<string, Deployed>;
  /** Every state a build was ever seen in, in order: what I5 and the arrows are checked against. */
  readonly history: Map<string, string[]>;
  /** Invocations of apply that are on their way. */
  readonly invokes: BuildKey[];
  /** Instances that are dead to the world now, and since when. */
  readonly silent: Map<string, number>;
  nextTag: number;
  /** The records were looked at when this was the next tag. */
  checkedTag: number;
  /** So many commands were looked at. */
  checkedCommands: number;
}

export function createWorld(start: number): World {
  return {
    now: start,
    uploads: [],
    active: new Map(),
    done: new Map(),
    slots: new Map(),
    heads: new Map(),
    cancels: new Map(),
    results: new Map(),
    manifests: new Map(),
    texts: new Map(),
    commands: [],
    registry: new Map(),
    cluster: new Map(),
    history: new Map(),
    invokes: [],
    silent: new Map(),
    nextTag: 1,
    checkedTag: 0,
    checkedCommands: 0,
  };
}

export function keyText({ app, id }: BuildKey): string {
  return `${app}/${id}`;
}

/** Stores a value under a fresh ETag. */
export function put<T>(world: World, map: Map<string, Stored<T>>, entry: { key: string; value: T }): string {
  const eTag = `e${world.nextTag}`;
  world.nextTag += 1;
  map.set(entry.key, { value: entry.value, eTag });
  return eTag;
}

/** Writes a record through the real codec, and remembers its state. */
export function putRecord(world: World, build: Build): string {
  const key = keyText(build);
  const seen = world.history.get(key) ?? [];
  if (seen.at(-1) !== build.state) world.history.set(key, [...seen, build.state]);
  return put(world, world.active, { key, value: encodeBuild(build) });
}

export function readRecord(
  stored: Stored<Record<string, string>> | undefined,
): { build: Build; eTag: string } | undefined {
  return stored === undefined ? undefined : { build: decodeBuild(stored.value), eTag: stored.eTag };
}
