// Planted mistakes: each is a small patch of the ports, as if the code that uses them had forgotten a rule.
// The simulation must catch every one; which invariant did is part of the test.
import { commandName, retryToken } from '../../shared/build/id.ts';
import type { Ports } from '../../shared/pipeline/ports.ts';
import type { Mistake } from './schedule.ts';
import { put, putRecord, type World } from './world.ts';

type Patch = (ports: Ports, world: World) => Partial<Ports>;

/** A patch of the ports: what it leaves out stays. */
const ports = (patch: Patch): Mistake => ({
  ports: (plain, world) => ({ ...plain, ...patch(plain, world) }),
});
const records = (patch: (plain: Ports['records'], world: World) => Partial<Ports['records']>): Mistake =>
  ports((plain, world) => ({ records: { ...plain.records, ...patch(plain.records, world) } }));

export const MISTAKES: readonly {
  readonly name: string;
  readonly caughtBy: readonly string[];
  readonly mistake: Mistake;
}[] = [
  {
    name: 'no If-Match on a transition',
    caughtBy: ['I5'],
    mistake: records((plain, world) => ({
      swap: async (build, eTag) => (await plain.swap(build, eTag)) ?? putRecord(world, build),
    })),
  },
  {
    name: 'a record is created over one that is there',
    caughtBy: ['I5'],
    mistake: records((plain, world) => ({
      create: async (build) => (await plain.create(build)) ?? putRecord(world, build),
    })),
  },
  {
    name: 'active/ deleted before done/ is written',
    caughtBy: ['I5'],
    mistake: records((plain, world) => ({
      finish: async (build) => {
        world.active.delete(`${build.app}/${build.id}`);
        await plain.finish(build);
      },
    })),
  },
  {
    name: 'done/ is never written',
    caughtBy: ['I5', 'I4'],
    mistake: records(() => ({ finish: async () => {} })),
  },
  {
    name: 'active/ is never deleted',
    caughtBy: ['I4'],
    mistake: records(() => ({ drop: async () => {} })),
  },
  {
    name: 'a slot is taken without If-None-Match',
    caughtBy: ['I2'],
    mistake: ports((plain, world) => ({
      slots: {
        ...plain.slots,
        claim: async (slot, holder) => {
          const key = `${slot.instance}/${slot.number}`;
          return (await plain.slots.claim(slot, holder)) ?? put(world, world.slots, { key, value: holder });
        },
      },
    })),
  },
  {
    name: 'slots are never given back',
    caughtBy: ['I6', 'I4'],
    mistake: ports((plain) => ({ slots: { ...plain.slots, free: async () => {} } })),
  },
  {
    name: 'a slot is given back while its command runs',
    caughtBy: ['I2'],
    mistake: ports((plain) => ({
      slots: {
        ...plain.slots,
        read: async (slot) => {
          const found = await plain.slots.read(slot);
          if (found !== undefined) await plain.slots.free(slot, found.eTag);
          return found;
        },
      },
    })),
  },
  {
    name: 'the retry token is missing',
    caughtBy: ['I2'],
    mistake: ports((plain) => ({
      commands: {
        ...plain.commands,
        create: (request) =>
          plain.commands.create({ ...request, retryToken: `${Math.trunc(plain.now().getTime())}` }),
      },
    })),
  },
  {
    name: 'a running command is taken for over',
    caughtBy: ['I2'],
    mistake: ports((plain) => ({
      commands: {
        ...plain.commands,
        look: async (command, instance) => {
          const seen = await plain.commands.look(command, instance);
          return seen !== 'absent' && seen.outcome === 'running' ? 'absent' : seen;
        },
      },
    })),
  },
  {
    name: 'a command that was told to stop is taken for over',
    caughtBy: ['I2'],
    mistake: ports((plain, world) => ({
      commands: {
        ...plain.commands,
        look: async (command, instance) => {
          const seen = await plain.commands.look(command, instance);
          const isTold = world.commands.find(({ id }) => id === command)?.cancelAsked === true;
          return isTold ? { outcome: 'canceled' } : seen;
        },
      },
    })),
  },
  {
    name: 'a status that is 404 is taken for the end at once',
    caughtBy: ['I2'],
    mistake: ports((plain) => ({
      commands: {
        ...plain.commands,
        look: async (command, instance) => {
          const seen = await plain.commands.look(command, instance);
          return seen === 'absent' ? { outcome: 'failed', exitCode: 20 } : seen;
        },
      },
    })),
  },
  {
    name: 'the command is sent before the record says so',
    caughtBy: ['I2'],
    mistake: {
      trouble: { crash: 0.1 },
      ...ports((plain) => ({
        slots: {
          ...plain.slots,
          claim: async (slot, holder) => {
            const claim = await plain.slots.claim(slot, holder);
            if (claim === undefined) return undefined;
            const { app, id, attempt } = holder;
            const words = `--app ${app} --build ${id} --attempt ${attempt} --object o --etag e`;
            const text = `#!/bin/bash\nexec sudo -n galley-build run ${words}\n`;
            const name = commandName(holder, attempt);
            const told = { text, displayName: name, retryToken: retryToken(holder, attempt) };
            await plain.commands.create({ instance: slot.instance, timeoutSeconds: 1800, ...told });
            return claim;
          },
        },
      })),
    },
  },
  {
    name: 'a token is put into the command',
    caughtBy: ['I8'],
    mistake: ports((plain) => ({
      commands: {
        ...plain.commands,
        create: (request) =>
          plain.commands.create({ ...request, text: `export TOKEN=t0ps3cr3t\n${request.text}` }),
      },
    })),
  },
  {
    name: 'SUCCEEDED is taken for a proof',
    caughtBy: ['I7'],
    mistake: ports((plain, world) => ({
      results: {
        ...plain.results,
        find: async (key, attempt) => {
          const found = await plain.results.find(key, attempt);
          const name = commandName(key, attempt);
          const command = world.commands.find(({ displayName }) => displayName === name);
          if (found !== undefined || command?.seen.outcome !== 'succeeded') return found;
          const eTag = world.active.get(`${key.app}/${key.id}`)?.value.etag ?? '';
          const image = `r@sha256:${'0'.repeat(64)}`;
          return { attempt, eTag, outcome: 'succeeded', phase: 'push', exitCode: 0, image, logTail: [] };
        },
      },
    })),
  },
  {
    name: 'success is believed without a proof',
    caughtBy: ['I7'],
    mistake: ports((plain, world) => ({
      results: {
        ...plain.results,
        find: async (key, attempt) => {
          const found = await plain.results.find(key, attempt);
          const record = world.active.get(`${key.app}/${key.id}`)?.value;
          if (found === undefined || found.outcome === 'succeeded') return found;
          return {
            ...found,
            outcome: 'succeeded',
            exitCode: 0,
            eTag: record?.etag ?? '',
            image: `r@sha256:${'0'.repeat(64)}`,
          };
        },
      },
    })),
  },
  {
    name: 'the newest version is built, whatever the ETag',
    caughtBy: ['I7'],
    mistake: ports((plain, world) => ({
      commands: {
        ...plain.commands,
        create: (request) => {
          const app = /--app (\S+)/.exec(request.text)?.[1] ?? '';
          const newest = world.uploads.findLast(({ object }) => object.startsWith(`apps/${app}/`));
          const text = request.text.replace(/--etag \S+/, `--etag ${newest?.eTag}`);
          return plain.commands.create({ ...request, text });
        },
      },
      results: {
        ...plain.results,
        find: async (key, attempt) => {
          const found = await plain.results.find(key, attempt);
          const record = world.active.get(`${key.app}/${key.id}`)?.value;
          return found === undefined ? undefined : { ...found, eTag: record?.etag ?? '' };
        },
      },
    })),
  },
  {
    name: 'the sequence of what is deployed is ignored',
    caughtBy: ['I3'],
    mistake: {
      fence: false,
      ...ports((plain) => ({
        heads: {
          ...plain.heads,
          read: async (app) => {
            const found = await plain.heads.read(app);
            if (found === undefined) return undefined;
            const { build: _, ...rest } = found.head;
            return { ...found, head: rest };
          },
        },
      })),
    },
  },
  {
    name: 'the lease is not looked at before an effect, and the cluster has no fence',
    caughtBy: ['I3'],
    mistake: { fence: false, careless: true, trouble: { sleep: 0.1 } },
  },
  {
    name: 'the lease never expires',
    caughtBy: ['I4'],
    mistake: ports((plain) => ({
      heads: {
        ...plain.heads,
        read: async (app) => {
          const found = await plain.heads.read(app);
          if (found?.head.lease === undefined) return found;
          return {
            ...found,
            head: { ...found.head, lease: { ...found.head.lease, until: '2999-01-01T00:00:00.000Z' } },
          };
        },
      },
    })),
  },
  {
    name: 'lost uploads are not looked for',
    caughtBy: ['I4'],
    mistake: ports((plain) => ({ uploads: { ...plain.uploads, list: async () => [] } })),
  },
  {
    name: 'there is no sweep',
    caughtBy: ['I4'],
    mistake: { noSweep: true },
  },
  {
    name: 'a lost reply of a create is taken for a failure, and tried under a new name',
    caughtBy: ['I1'],
    mistake: records((plain) => ({
      create: async (build) => {
        const eTag = await plain.create(build);
        return (
          eTag ?? plain.create({ ...build, id: build.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')) })
        );
      },
    })),
  },
];
