// `slots/<instance>/<number>`: claimed by creating the object, given back by deleting it.
import { decodeFields, encodeFields } from '../build/metadata.ts';
import { PipelineError } from '../errors.ts';
import type { SlotHolder, SlotName, Slots } from '../pipeline/ports.ts';
import type { Bucket } from './bucket.ts';
import { putIf } from './conditional.ts';

const PREFIX = 'slots/';

export function ociSlots(state: Bucket): Slots {
  return {
    list: async () => (await state.names(PREFIX)).flatMap((name) => slotOf(name) ?? []),
    read: async (slot) => {
      const found = await state.find(nameOf(slot));
      found?.body?.destroy();
      return found === undefined
        ? undefined
        : { holder: holderOf(nameOf(slot), found.metadata), eTag: found.eTag };
    },
    claim: async (slot, holder) => {
      const metadata = encodeFields({ ...holder });
      return putIf(state, { object: nameOf(slot), metadata, condition: { ifNoneMatch: '*' } });
    },
    free: (slot, eTag) => state.remove(nameOf(slot), eTag),
  };
}

function nameOf({ instance, number }: SlotName): string {
  return `${PREFIX}${instance}/${number}`;
}

function slotOf(name: string): SlotName | undefined {
  const [, instance, number] = /^slots\/([^/]+)\/(\d{1,3})$/.exec(name) ?? [];
  return instance === undefined ? undefined : { instance, number: Number(number) };
}

function holderOf(name: string, metadata: Readonly<Record<string, string>>): SlotHolder {
  const { app, id, attempt, since } = decodeFields(metadata);
  if (app === undefined || id === undefined || since === undefined || !/^\d+$/.test(attempt ?? ''))
    throw new PipelineError(`${name} names no holder: app, id, attempt or since is missing`, {
      retry: 'never',
      reason: 'BadRecord',
      hint: 'Delete the object to give the slot back.',
    });
  return { app, id, attempt: Number(attempt), since };
}
