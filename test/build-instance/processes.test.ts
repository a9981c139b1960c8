// Programs, directories and locks: what is started ends, what is left behind is cleared away.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeSpace, isBelow } from '../../build-instance/disk.ts';
import { lockApp } from '../../build-instance/lock.ts';
import { processStart } from '../../build-instance/process-start.ts';
import { runProgram, words } from '../../build-instance/programs.ts';
import { smallestProgram } from '../../build-instance/smallest-program.ts';
import { Canceled, watchForStop } from '../../build-instance/stop.ts';
import { countBuilds, openWorkDirectory, sweepLeftovers } from '../../build-instance/work.ts';
import { hasProgram, needs } from '../helpers/needs.ts';

const test = suite<{ root: string }>('processes');
test.before.each((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'galley-build-'));
});
test.after.each(({ root }) => rmSync(root, { recursive: true, force: true }));

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await sleep(10);
  }
}

const forever = new AbortController().signal;

test('a program: lines, output, exit code', async () => {
  const lines: string[] = [];
  const args = ['-c', 'echo out; echo err >&2; cat; exit 3'];
  const ended = await runProgram('sh', { args, input: 'secret\n', onLine: (line) => lines.push(line) });
  assert.is(ended.exitCode, 3);
  assert.is(ended.stdout, 'out\nsecret\n');
  assert.equal([...lines].sort(), ['err', 'out', 'secret']);
  assert.is((await runProgram('no-such-program', { args: [] })).exitCode, 127);
  assert.is((await runProgram('sh', { args: ['-c', 'kill -9 $$'] })).exitCode, 137);
});

test('a stopped program takes its children along, those that ignore SIGTERM too', async ({ root }) => {
  const controller = new AbortController();
  const pids = join(root, 'pids');
  const script = `trap '' TERM; (trap '' TERM; echo $$ >> ${pids}; sleep 300) & sleep 300 & echo $! >> ${pids}; wait; sleep 300`;
  const run = runProgram('bash', { args: ['-c', script], signal: controller.signal }).catch((error) => error);
  await until(() => existsSync(pids) && execFileSync('wc', ['-l', pids]).toString().startsWith('2'));
  controller.abort(new Canceled('ada'));
  const thrown = await run;
  assert.instance(thrown, Canceled);
  const left = execFileSync('cat', [pids]).toString().trim().split('\n');
  await until(() => left.every((pid) => processStart(Number(pid)) === undefined));
});

test('a program that is stopped before it starts never starts', async () => {
  const signal = AbortSignal.abort(new Canceled('ada'));
  assert.instance(await runProgram('true', { args: [], signal }).catch((error) => error), Canceled);
});

test('why a tool failed is its last words, without warnings', () => {
  assert.is(words(['a', 'b', 'time=… level=warning msg=x', '', 'c', 'd']), 'b c d');
  assert.is(words([]), 'it said nothing');
});

test('the smallest program runs and exits with 0', ({ root }) => {
  const program = smallestProgram();
  if (program === undefined) return;
  const file = join(root, 'exit');
  writeFileSync(file, program);
  chmodSync(file, 0o755);
  execFileSync(file);
  assert.is(smallestProgram('mips'), undefined);
  assert.ok((smallestProgram('arm64')?.length ?? 0) > 120);
});

test('a work directory is private, and gone when removed', async ({ root }) => {
  const work = await openWorkDirectory(root, 'shop-1');
  assert.is(await countBuilds(root), 1);
  assert.equal(await sweepLeftovers(root), []);
  assert.ok(existsSync(work.path));
  await work.remove();
  assert.equal(readdirSync(join(root, 'builds')), []);
});

test('what a killed build left is cleared away, and what it had running is ended', async ({ root }) => {
  const module = join(import.meta.dirname, '../../build-instance/work.ts');
  const script = `
    import { spawn } from 'node:child_process';
    import { openWorkDirectory } from '${module}';
    const work = await openWorkDirectory(process.argv[1], 'shop-1');
    const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    work.noteGroup(child.pid);
    console.log(child.pid);
    setInterval(() => undefined, 1000);`;
  const build = spawn(process.execPath, ['--input-type=module', '-e', script, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await once(build.stdout, 'data');
  const sleeper = Number(output.toString());
  const [name = ''] = readdirSync(join(root, 'builds'));
  await until(() => existsSync(join(root, 'builds', name, 'group')));
  assert.is(await countBuilds(root), 1);
  build.kill('SIGKILL');
  await once(build, 'exit');
  assert.ok(processStart(sleeper) !== undefined);
  assert.equal(await sweepLeftovers(root), [name]);
  assert.equal(readdirSync(join(root, 'builds')), []);
  await until(() => processStart(sleeper) === undefined);
});

const flock = { what: 'flock (Debian: apt-get install util-linux)' };
test(
  'builds of one app wait for each other, those of two do not',
  needs(hasProgram('flock'), { ...flock, name: 'lock' }, async () => {
    const root = mkdtempSync(join(tmpdir(), 'galley-lock-'));
    try {
      const order: string[] = [];
      const take = (app: string) =>
        lockApp(root, { app, signal: forever, onWait: () => order.push(`${app} waits`) });
      const first = await take('shop');
      const other = await take('blog');
      const second = take('shop').then((lock) => {
        order.push('second');
        return lock;
      });
      await until(() => order.includes('shop waits'));
      order.push('release');
      await first.release();
      await (await second).release();
      await other.release();
      assert.equal(order, ['shop waits', 'release', 'second']);
    } finally {
      rmSync(root, { recursive: true });
    }
  }),
);

test('waiting for the lock ends when the build is cancelled', async ({ root }) => {
  if (!hasProgram('flock')) return;
  const controller = new AbortController();
  const held = await lockApp(root, { app: 'shop', signal: forever, onWait: () => undefined });
  const waiting = lockApp(root, {
    app: 'shop',
    signal: controller.signal,
    onWait: () => controller.abort(new Canceled('ada')),
  });
  assert.instance(await waiting.catch((error) => error), Canceled);
  await held.release();
});

test('a cancel mark stops the build, and so does its time', async () => {
  const key = { app: 'shop', id: 'x' };
  let asked = 0;
  const find = async (): Promise<string | undefined> => {
    asked += 1;
    if (asked === 1) throw new Error('503');
    return asked > 2 ? 'ada' : undefined;
  };
  const cancel = watchForStop({ key, ports: { cancels: { find } }, seconds: 600, lookMs: 1 });
  await until(() => cancel.signal.aborted);
  cancel.end();
  assert.is(cancel.signal.reason.by, 'ada');
  const never = { cancels: { find: async () => undefined } };
  const late = watchForStop({ key, ports: never, seconds: 0.01 });
  await until(() => late.signal.aborted);
  late.end();
  assert.is(late.signal.reason.reason, 'BuildTimedOut');
  assert.is(late.signal.reason.fault, 'user');
});

test('room on a disk: a share, but not more than so many bytes', async ({ root }) => {
  const bound = { share: 0.15, bytes: 20 };
  assert.ok(isBelow({ path: '/', share: 0.1, bytes: 10 }, bound));
  assert.not(isBelow({ path: '/', share: 0.1, bytes: 30 }, bound));
  assert.not(isBelow({ path: '/', share: 0.2, bytes: 10 }, bound));
  const space = await freeSpace([root, '/no/such/place']);
  assert.is(space.path, root);
  assert.ok(space.share >= 0 && space.share <= 1);
});

test.run();
