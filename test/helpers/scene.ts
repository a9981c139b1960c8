// The pipeline over the simulation's world, on one stage: what it asks of the outside is written down, call by call,
// and a call can be made to fail, to lose its reply, or to come a moment after somebody else's.
import type { Build, In } from '../../shared/build/build.ts';
import type { CommandSeen } from '../../shared/build/seen.ts';
import type { Judged } from '../../shared/pipeline/admit.ts';
import type { Cluster, DeployOutcome, DeployRequest } from '../../shared/pipeline/cluster.ts';
import { commandRequest } from '../../shared/pipeline/command.ts';
import type { ApplyContext } from '../../shared/pipeline/deploying.ts';
import type { Ports, Upload } from '../../shared/pipeline/ports.ts';
import { worldPorts } from '../simulation/ports.ts';
import { createWorld, keyText, put, putRecord, readRecord, type World } from '../simulation/world.ts';
import { building, COMMAND, INSTANCE, LIMITS, later, NOW } from './builds.ts';

export const NAMES = { namespace: 'ns', bucket: 'source' };
export const POOL = { instances: [INSTANCE], slotsEach: 2 };
export const ACCEPTED = {
  kind: 'accepted',
  namespace: 'shop',
  policy: 'supersede',
  rolloutSeconds: 300,
  onFailure: 'rollback',
  shrink: false,
} as const satisfies Judged;
export const READY: DeployOutcome = { kind: 'ready', endpoint: 'http://203.0.113.7/', report: '2 created' };

/** A stage on which nothing has happened yet, at `NOW`. */
export function scene(judged: Judged = ACCEPTED) {
  const world = createWorld(NOW.getTime());
  const calls: string[] = [];
  const logged: string[] = [];
  /** Done once, just before the next call of that name; what it throws loses the call. */
  const before = new Map<string, () => void>();
  /** Conditional writes that are won, and told as lost: once each. */
  const lostReplies = new Set<string>();
  const gate = {
    before: async (call: string) => {
      calls.push(call);
      const meddle = before.get(call);
      before.delete(call);
      meddle?.();
    },
    after: async (call: string) => (lostReplies.delete(call) ? ('reply-lost' as const) : ('ok' as const)),
  };
  const log = (message: string, fields = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const ports: Ports = { ...worldPorts(world, gate), log };
  const loop = { ports, limits: LIMITS, pool: POOL };
  const door = { ports, ...NAMES, judge: async () => judged };
  return { world, calls, logged, before, lostReplies, ports, loop, door };
}

export type Scene = ReturnType<typeof scene>;

/** What one piece of work asks of the outside, and its answer. */
export async function asks<T>(
  { calls }: Scene,
  work: () => Promise<T>,
): Promise<{ value: T; calls: string[] }> {
  calls.length = 0;
  const value = await work();
  return { value, calls: [...calls] };
}

/** The context of one invocation of apply; its cluster answers `outcome`, after `meanwhile`. */
export function invocation(
  { loop }: Scene,
  { outcome = READY, holder = 'call-1', meanwhile }: Invocation = {},
): ApplyContext & { readonly requests: DeployRequest[] } {
  const requests: DeployRequest[] = [];
  const deploy: Cluster['deploy'] = async (request) => {
    requests.push(request);
    await meanwhile?.(request);
    return outcome;
  };
  return { loop, holder, until: later(288), cluster: async () => ({ deploy }), requests };
}

interface Invocation {
  readonly outcome?: DeployOutcome;
  readonly holder?: string;
  readonly meanwhile?: (request: DeployRequest) => Promise<void> | void;
}

/** An upload in the source bucket. */
export function upload(world: World, more: Partial<Upload> = {}): Upload {
  const uploadedAt = new Date(world.now).toISOString();
  const made = { object: 'apps/shop/source.tar.gz', eTag: 'e-1', uploadedAt, bytes: 1, ...more };
  world.uploads.push(made);
  return made;
}

/** The record as active/ has it, or done/; undefined when there is none. */
export function recordOf({ world }: Scene, key: { app: string; id: string }): Build | undefined {
  const [active, done] = [world.active.get(keyText(key)), world.done.get(keyText(key))];
  return readRecord(done ?? active)?.build;
}

/** A record as it stands in active/. */
export function stored({ world }: Scene, build: Build): { build: Build; eTag: string } {
  return { build, eTag: putRecord(world, build) };
}

/** A record as it stands in done/. */
export function finished({ world }: Scene, build: Build): void {
  putRecord(world, build);
  const record = world.active.get(keyText(build));
  world.active.delete(keyText(build));
  if (record !== undefined) put(world, world.done, { key: keyText(build), value: record.value });
}

/**
 * The build's command and its slot, as its record names them (builds.ts). Before it stands another one, for of the
 * first the status is 404 for a while (simulation/ports.ts).
 */
export async function sent(
  { world }: Scene,
  { seen = { outcome: 'succeeded', exitCode: 0 }, build = building() }: Sent = {},
): Promise<void> {
  const { slots } = worldPorts(world);
  const { app, id, run } = build;
  const holder = { app, id, attempt: run.attempt, since: run.submittedAt };
  await slots.claim({ instance: run.instance, number: run.slot }, holder);
  const { displayName, retryToken, ...request } = commandRequest({ ...build, eTag: 'e-1' }, LIMITS);
  const command = { ...request, createdAt: world.now, seen, cancelAsked: false };
  world.commands.push(
    { ...command, id: 'another', displayName: 'another', retryToken: 'another' },
    { ...command, id: run.command ?? COMMAND, displayName, retryToken },
  );
}

interface Sent {
  readonly seen?: CommandSeen;
  readonly build?: In<'building'>;
}
