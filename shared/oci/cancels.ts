// `cancel/<app>/<build>`: somebody wants this build stopped.
import type { BuildKey } from '../build/build.ts';
import { decodeFields, encodeFields } from '../build/metadata.ts';
import type { Cancels } from '../pipeline/ports.ts';
import type { Bucket } from './bucket.ts';
import { putIf } from './conditional.ts';
import { keysOf } from './records.ts';

export function ociCancels(state: Bucket): Cancels {
  return {
    list: async () => keysOf(await state.names('cancel/')),
    find: async (key) => {
      const found = await state.find(nameOf(key));
      found?.body?.destroy();
      return found === undefined ? undefined : (decodeFields(found.metadata).by ?? 'somebody');
    },
    remove: (key) => state.remove(nameOf(key)),
  };
}

/** Marks a build to be cancelled; the first to ask is who asked. @param by shown to people */
export async function askToCancel(
  state: Bucket,
  { key, by, at }: { key: BuildKey; by: string; at: Date },
): Promise<void> {
  const metadata = encodeFields({ by, at: at.toISOString() });
  await putIf(state, { object: nameOf(key), metadata, condition: { ifNoneMatch: '*' } });
}

function nameOf({ app, id }: BuildKey): string {
  return `cancel/${app}/${id}`;
}
