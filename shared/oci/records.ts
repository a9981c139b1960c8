// `active/` and `done/`: records as the metadata of empty objects, moved by compare-and-swap.
import { type Build, type BuildKey, isFinal } from '../build/build.ts';
import { keyOfObject } from '../build/id.ts';
import { decodeBuild, encodeBuild } from '../build/metadata.ts';
import { messageOf, PipelineError } from '../errors.ts';
import type { Found, Records } from '../pipeline/ports.ts';
import { type Bucket, byText } from './bucket.ts';
import { putIf } from './conditional.ts';

export function ociRecords(state: Bucket): Records {
  return {
    findActive: (key) => find(state, nameOf('active', key)),
    findDone: (key) => find(state, nameOf('done', key)),
    create: (build) => write(state, { build, condition: { ifNoneMatch: '*' } }),
    swap: (build, eTag) => write(state, { build, condition: { ifMatch: eTag } }),
    finish: async (build) => {
      if (!isFinal(build))
        throw new PipelineError(`Build ${build.id} is ${build.state}, not finished.`, { retry: 'never' });
      const object = nameOf('done', build);
      // A record in done/ is never written again: losing to an earlier one is what is wanted (I5).
      await putIf(state, { object, metadata: encodeBuild(build), condition: { ifNoneMatch: '*' } });
    },
    drop: (key, eTag) => state.remove(nameOf('active', key), eTag),
    listActive: async (app) => keysOf(await state.names(app === undefined ? 'active/' : `active/${app}/`)),
    listDone: async (app, since) => {
      const prefix = `done/${app}/`;
      const names = await state.names(prefix, since === undefined ? undefined : `${prefix}${since}`);
      return keysOf(names).map(({ id }) => id);
    },
  };
}

function write(
  state: Bucket,
  { build, condition }: { build: Build; condition: { ifNoneMatch: '*' } | { ifMatch: string } },
): Promise<string | undefined> {
  return putIf(state, { object: nameOf('active', build), metadata: encodeBuild(build), condition });
}

async function find(state: Bucket, object: string): Promise<Found | undefined> {
  const found = await state.find(object);
  if (found === undefined) return undefined;
  found.body?.destroy();
  return { build: decode(object, found.metadata), eTag: found.eTag };
}

function decode(object: string, metadata: Readonly<Record<string, string>>): Build {
  try {
    return decodeBuild(metadata);
  } catch (cause) {
    const hint = 'Nobody but Galley writes there. Delete the object to be rid of the build.';
    const options = { retry: 'never', reason: 'BadRecord', hint, cause } as const;
    throw new PipelineError(`${object} is no build record: ${messageOf(cause)}`, options);
  }
}

function nameOf(folder: 'active' | 'done', { app, id }: BuildKey): string {
  return `${folder}/${app}/${id}`;
}

/** Objects that are no builds are passed over: anyone with the right may put things into a bucket. */
export function keysOf(names: readonly string[]): BuildKey[] {
  const keys = names.flatMap((name) => keyOfObject(name) ?? []);
  return keys.sort((a, b) => byText(a.app, b.app) || byText(a.id, b.id));
}
