// I1–I8 of the design, as checks on the world. Each violation begins with the invariant's name.
import { NEXT, type State } from '../../shared/build/build.ts';
import { keyText, readRecord, type World } from './world.ts';

export class Violation extends Error {
  override readonly name = 'Violation';
}

/** All that a command may say: many can read it. */
const COMMAND =
  /^#!\/bin\/bash\nexec sudo -n galley-build run --app \S+ --build \S+ --attempt \d --object \S+ --etag \S+\n$/;

/** After every step. */
export function checkAlways(world: World, { slots }: { slots: number }): void {
  slotsHold(world, slots);
  for (; world.checkedCommands < world.commands.length; world.checkedCommands += 1) {
    const { text } = world.commands[world.checkedCommands] ?? { text: '' };
    if (!COMMAND.test(text)) violated('I8', `a command says ${text}`);
  }
  // Most steps write no record.
  if (world.checkedTag === world.nextTag) return;
  oneRecordEach(world);
  finalsStay(world);
  world.checkedTag = world.nextTag;
}

/** When faults have stopped and the ticks are over. */
export function checkAtRest(world: World): void {
  if (world.active.size > 0) {
    const [left] = [...world.active.values()].map((each) => readRecord(each)?.build);
    violated('I4', `${world.active.size} builds never ended, such as ${JSON.stringify(left)}`);
  }
  for (const upload of world.uploads) {
    const is = [...world.done.values()].some((each) => isOf(each.value, upload));
    if (!is) violated('I4', `no record of ${upload.object} ${upload.eTag}`);
  }
  for (const [app, { value }] of world.heads) {
    const { lease } = value;
    if (lease !== undefined && Date.parse(lease.until) > world.now)
      violated('I6', `a lease of ${app} is held: ${JSON.stringify(lease)}`);
  }
  if (world.slots.size > 0) violated('I6', `slots left: ${JSON.stringify([...world.slots])}`);
  for (const app of new Set([...world.done.keys()].map((key) => key.split('/')[0] ?? '')))
    newestStands(world, app);
}

/** At the moment objects of `build` reach the cluster. */
export function checkDeploy(
  world: World,
  { app, build, image }: { app: string; build: string; image: string },
): void {
  const deployed = [...world.done]
    .filter(([key, { value }]) => key.startsWith(`${app}/`) && value.state === 'deployed')
    .map(([key]) => key.slice(app.length + 1))
    .sort()
    .at(-1);
  if (deployed !== undefined && deployed > build) violated('I3', `${build} over ${deployed} of ${app}`);
  const record = readRecord(world.active.get(`${app}/${build}`) ?? world.done.get(`${app}/${build}`))?.build;
  if (record === undefined || record.rollbackOf !== undefined) return;
  const builtFrom = world.registry.get(image);
  if (builtFrom !== record.eTag)
    violated('I7', `${image} was built from ${builtFrom}, ${build} is of ${record.eTag}`);
}

function oneRecordEach(world: World): void {
  const seen = new Map<string, string>();
  for (const [key, { value }] of [...world.active, ...world.done]) {
    if (value.rollbackof !== undefined) continue;
    const identity = `${value.object} ${value.etag}`;
    const other = seen.get(identity);
    if (other !== undefined && other !== key) violated('I1', `${key} and ${other} are both of ${identity}`);
    seen.set(identity, key);
  }
}

function slotsHold(world: World, slots: number): void {
  const inFlight = new Map<string, number>();
  for (const { instance, seen } of world.commands) {
    if (seen.outcome !== 'waiting' && seen.outcome !== 'running') continue;
    const count = (inFlight.get(instance) ?? 0) + 1;
    inFlight.set(instance, count);
    if (count > slots) violated('I2', `${count} commands in flight on ${instance}`);
  }
}

function finalsStay(world: World): void {
  for (const [key, states] of world.history) {
    for (const [index, state] of states.entries()) {
      const next = states[index + 1];
      if (next === undefined) continue;
      const allowed: readonly string[] = NEXT[state as State];
      // A revenant: a record written again by a late duplicate, gone before it moves; its done record stays.
      const isRevenant =
        allowed.length === 0 && (next === 'queued' || next === 'pushed') && index + 2 === states.length;
      if (isRevenant && world.done.get(key)?.value.state === state) continue;
      if (!allowed.includes(next)) violated('I5', `${key} went ${states.join(' → ')}`);
    }
  }
}

function isOf(record: Record<string, string>, upload: { object: string; eTag: string }): boolean {
  return decodeURIComponent(record.object ?? '') === upload.object && record.etag === upload.eTag;
}

/** The newest build that was deployed is what the cluster runs. */
function newestStands(world: World, app: string): void {
  const deployed = [...world.done]
    .filter(([key, { value }]) => key.startsWith(`${app}/`) && value.state === 'deployed')
    .map(([key]) => key)
    .sort();
  const newest = deployed.at(-1);
  if (newest === undefined) return;
  // A newer one that failed and had nothing to go back to, or was itself a rollback, is left for inspection.
  const left = [...world.done].some(
    ([key, { value }]) =>
      key > newest &&
      key.startsWith(`${app}/`) &&
      value.state === 'failed' &&
      value.rolledbackto === undefined &&
      value.image !== undefined,
  );
  if (left) return;
  const record = readRecord(world.done.get(newest))?.build;
  const image = record?.state === 'deployed' ? record.image : '';
  const runs = world.cluster.get(app)?.image;
  if (runs !== image) violated('I3', `${newest} is deployed last, but ${app} runs ${runs} and not ${image}`);
  const head = world.heads.get(app)?.value.build;
  if (head !== undefined && keyText({ app, id: head }) !== newest)
    violated('I3', `the head of ${app} is ${head}, not ${newest}`);
}

function violated(invariant: string, detail: string): never {
  throw new Violation(`${invariant}: ${detail}`);
}
