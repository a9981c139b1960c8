// The ports over the world. Every call passes the gate twice: before it takes effect, and before its caller knows.
import type { Build, BuildKey } from '../../shared/build/build.ts';
import { commandName } from '../../shared/build/id.ts';
import { encodeBuild } from '../../shared/build/metadata.ts';
import { PipelineError } from '../../shared/errors.ts';
import type { Ports, SlotHolder, SlotName } from '../../shared/pipeline/ports.ts';
import { type Command, keyText, put, putRecord, readRecord, type Stored, type World } from './world.ts';

/**
 * `before`: the call has not happened; throwing loses it. `after`: it has; throwing loses the reply, and
 * `'reply-lost'` makes a won conditional write look lost (412 after a won PUT).
 */
export interface Gate {
  before(call: string): Promise<void>;
  after(call: string): Promise<'ok' | 'reply-lost'>;
}

export const openGate: Gate = { before: async () => {}, after: async () => 'ok' };

export function worldPorts(world: World, gate: Gate = openGate): Ports {
  const call = caller(gate);
  return {
    records: recordPorts(world, call),
    uploads: uploadPorts(world, call),
    slots: slotPorts(world, call),
    heads: {
      read: (app) => call('heads.read', () => headOf(world, app)),
      swap: (app, head, eTag) =>
        call.swap('heads.swap', () => swap(world, world.heads, { key: app, value: head, eTag })),
    },
    cancels: {
      list: () => call('cancels.list', () => [...world.cancels.keys()].map(keyOf)),
      find: (key) => call('cancels.find', () => world.cancels.get(keyText(key))),
      remove: (key) => call('cancels.remove', () => void world.cancels.delete(keyText(key))),
    },
    commands: commandPorts(world, call),
    instances: {
      problem: (instance) =>
        call('instances.problem', () => (world.silent.has(instance) ? 'plugin stopped' : undefined)),
    },
    results: {
      find: (key, attempt) => call('results.find', () => world.results.get(`${keyText(key)}/${attempt}`)),
      heard: (key, attempt) => call('results.heard', () => heardAt(world, commandName(key, attempt))),
    },
    texts: {
      readManifests: (key) => call('texts.read', () => world.manifests.get(keyText(key))),
      writeManifests: (key, text) => call('texts.write', () => void world.manifests.set(keyText(key), text)),
      writePlan: (key, text) => call('texts.plan', () => void world.texts.set(`plans/${keyText(key)}`, text)),
      writeEvidence: (key, text) =>
        call('texts.evidence', () => void world.texts.set(`evidence/${keyText(key)}`, text)),
    },
    applier: { invoke: ({ app, id }) => call('applier.invoke', () => void world.invokes.push({ app, id })) },
    now: () => new Date(world.now),
    log: () => {},
  };
}

interface Call {
  <T>(name: string, effect: () => T): Promise<T>;
  /** A conditional write: may be told as lost although it won. */
  swap(name: string, effect: () => string | undefined): Promise<string | undefined>;
}

function caller(gate: Gate): Call {
  const plain = async <T>(name: string, effect: () => T): Promise<T> => {
    await gate.before(name);
    const value = effect();
    await gate.after(name);
    return value;
  };
  const swapping = async (name: string, effect: () => string | undefined): Promise<string | undefined> => {
    await gate.before(name);
    const value = effect();
    return (await gate.after(name)) === 'reply-lost' ? undefined : value;
  };
  return Object.assign(plain, { swap: swapping });
}

function recordPorts(world: World, call: Call): Ports['records'] {
  const { active, done } = world;
  return {
    findActive: (key) => call('records.findActive', () => readRecord(active.get(keyText(key)))),
    findDone: (key) => call('records.findDone', () => readRecord(done.get(keyText(key)))),
    create: (build) =>
      call.swap('records.create', () => (active.has(keyText(build)) ? undefined : putRecord(world, build))),
    swap: (build, eTag) =>
      call.swap('records.swap', () =>
        active.get(keyText(build))?.eTag === eTag ? putRecord(world, build) : undefined,
      ),
    finish: (build) => call('records.finish', () => writeDone(world, build)),
    drop: (key, eTag) =>
      call('records.drop', () => {
        if (active.get(keyText(key))?.eTag === eTag) active.delete(keyText(key));
      }),
    listActive: (app) =>
      call('records.listActive', () => sorted(active).filter((key) => app === undefined || key.app === app)),
    listDone: (app, since = '') =>
      call('records.listDone', () =>
        sorted(done)
          .filter((key) => key.app === app && key.id >= since)
          .map(({ id }) => id),
      ),
  };
}

function writeDone(world: World, build: Build): void {
  if (world.done.has(keyText(build))) return;
  const seen = world.history.get(keyText(build)) ?? [];
  if (seen.at(-1) !== build.state) world.history.set(keyText(build), [...seen, build.state]);
  put(world, world.done, { key: keyText(build), value: encodeBuild(build) });
}

function uploadPorts(world: World, call: Call): Ports['uploads'] {
  return {
    find: (object, eTag) =>
      call('uploads.find', () =>
        world.uploads.findLast((each) => each.object === object && (eTag ?? each.eTag) === each.eTag),
      ),
    list: (since) =>
      call('uploads.list', () =>
        world.uploads.filter(({ uploadedAt }) => Date.parse(uploadedAt) >= since.getTime()),
      ),
    open: (upload) => call('uploads.open', () => chunk(upload.eTag)),
  };
}

async function* chunk(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

function slotPorts(world: World, call: Call): Ports['slots'] {
  const { slots } = world;
  const name = (slot: SlotName): string => `${slot.instance}/${slot.number}`;
  return {
    list: () =>
      call('slots.list', () =>
        [...slots.keys()].map((each) => ({
          instance: each.split('/')[0] ?? '',
          number: Number(each.split('/')[1]),
        })),
      ),
    read: (slot) =>
      call('slots.read', () => {
        const stored = slots.get(name(slot));
        return stored === undefined ? undefined : { holder: stored.value, eTag: stored.eTag };
      }),
    claim: (slot, holder: SlotHolder) =>
      call.swap('slots.claim', () =>
        slots.has(name(slot)) ? undefined : put(world, slots, { key: name(slot), value: holder }),
      ),
    free: (slot, eTag) =>
      call('slots.free', () => {
        if (slots.get(name(slot))?.eTag === eTag) slots.delete(name(slot));
      }),
  };
}

function commandPorts(world: World, call: Call): Ports['commands'] {
  return {
    create: (request) =>
      call('commands.create', () => {
        const same = world.commands.find(({ retryToken }) => retryToken === request.retryToken);
        if (same !== undefined) return same.id;
        const { instance, displayName, retryToken, text } = request;
        const id = `ocid1.instanceagentcommand.oc1..${world.commands.length + 1}`;
        const command: Command = {
          id,
          instance,
          displayName,
          retryToken,
          text,
          createdAt: world.now,
          seen: { outcome: 'waiting' },
          cancelAsked: false,
        };
        world.commands.push(command);
        return id;
      }),
    find: (displayName) =>
      call('commands.find', () => world.commands.find((each) => each.displayName === displayName)?.id),
    look: (id) => call('commands.look', () => look(world, id)),
    cancel: (id) =>
      call('commands.cancel', () => {
        const command = world.commands.find((each) => each.id === id);
        if (command !== undefined) command.cancelAsked = true;
      }),
  };
}

/** Of some commands the status is 404 at first (facts run-command §0.7). */
const EARLY_404_MS = 100_000;

function look(world: World, id: string): Command['seen'] | 'absent' {
  const number = world.commands.findIndex((each) => each.id === id);
  const command = world.commands[number];
  if (command === undefined) throw new PipelineError(`no command ${id}`, { retry: 'never' });
  const isEarly = number % 3 === 0 && world.now - command.createdAt < EARLY_404_MS;
  return isEarly ? 'absent' : command.seen;
}

/** galley-build says all the time that it lives, until its machine goes silent. */
function heardAt(world: World, displayName: string): string | undefined {
  const command = world.commands.find((each) => each.displayName === displayName);
  if (command === undefined || command.seen.outcome === 'waiting') return undefined;
  return new Date(world.silent.get(command.instance) ?? world.now).toISOString();
}

function headOf(
  world: World,
  app: string,
): { head: import('../../shared/build/seen.ts').Head; eTag: string } | undefined {
  const stored = world.heads.get(app);
  return stored === undefined ? undefined : { head: stored.value, eTag: stored.eTag };
}

function swap<T>(
  world: World,
  map: Map<string, Stored<T>>,
  { key, value, eTag }: { key: string; value: T; eTag: string | undefined },
): string | undefined {
  return map.get(key)?.eTag === eTag ? put(world, map, { key, value }) : undefined;
}

function keyOf(text: string): BuildKey {
  const [app = '', id = ''] = text.split('/');
  return { app, id };
}

function sorted(map: Map<string, unknown>): BuildKey[] {
  return [...map.keys()].sort().map(keyOf);
}
