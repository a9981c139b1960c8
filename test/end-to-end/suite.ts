// The pipeline end to end, over HTTP and with the unmodified SDKs: one suite, run on each kind of cluster.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { archive, tarball, webApp } from '../helpers/tarballs.ts';
import { as, deployed } from './ended.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

interface Kind {
  readonly cluster: 'real' | 'stand-in';
  readonly functions: 'containers' | 'processes';
}

const BROKEN = { Dockerfile: 'FROM busybox\nRUN echo about to fail && false\n' };

/** Hostile or wrong uploads: the rule that must be named, and the bytes. */
const REFUSED: readonly [rule: string, bytes: () => Promise<Buffer>][] = [
  ['not-a-tarball', async () => Buffer.alloc(2048, 'this is no archive at all ')],
  ['truncated', async () => (await tarball(webApp('x'))).subarray(0, 100)],
  ['path-traversal', () => archive([{ header: { name: '../evil' }, content: 'x' }])],
  ['absolute-path', () => archive([{ header: { name: '/etc/passwd' }, content: 'x' }])],
  ['link-escapes', () => archive([{ header: { name: 'a', type: 'symlink', linkname: '../../etc' } }])],
  ['device', () => archive([{ header: { name: 'a', type: 'character-device' } }])],
  [
    'duplicate-entry',
    () =>
      archive([
        { header: { name: 'a' }, content: '1' },
        { header: { name: 'a' }, content: '2' },
      ]),
  ],
  [
    'case-clash',
    () =>
      archive([
        { header: { name: 'a' }, content: '1' },
        { header: { name: 'A' }, content: '2' },
      ]),
  ],
  ['no-dockerfile', () => tarball({ 'README.md': 'nothing to build' })],
  ['bad-descriptor', () => tarball({ ...webApp('x'), 'galley.yaml': 'polcy: queue\n' })],
  ['bad-yaml', () => tarball({ ...webApp('x'), 'k8s/a.yaml': 'a: [1\n' })],
  ['compression-ratio', () => tarball({ ...webApp('x'), zeros: '\0'.repeat(120_000_000) })],
];

export function endToEnd({ cluster, functions }: Kind): void {
  const test = suite(`end to end, ${cluster} cluster, functions as ${functions}`);
  let pipeline: Pipeline;
  test.before(async () => {
    pipeline = await startPipeline({ cluster, functions });
  });
  test.after(async () => {
    await pipeline?.stop();
  });

  test('an upload becomes an answer over HTTP; a second one changes it', async () => {
    const first = await pipeline.ended(await pipeline.upload('hello', webApp('one')));
    assert.is(await pipeline.answer(deployed(first)), 'one');
    const second = await pipeline.ended(await pipeline.upload('hello', webApp('two')));
    assert.is(await pipeline.answer(deployed(second)), 'two');
    assert.is.not(deployed(first).image, deployed(second).image);
    const head = await pipeline.desk.heads.read('hello');
    assert.is(head?.head.build, second.id);
    assert.is(head?.head.lease, undefined);
  });

  test('an image that was given is deployed without a build', async () => {
    const { image } = deployed(await pipeline.ended(await pipeline.upload('ready', webApp('ready-made'))));
    const given = { 'galley.yaml': `image: ${image}\nservice: {port: 8080, type: LoadBalancer}\n` };
    const build = deployed(await pipeline.ended(await pipeline.upload('given', given)));
    assert.is(build.run, undefined);
    assert.is(await pipeline.answer(build), 'ready-made');
  });

  test('a Dockerfile error is the user’s, with the last lines of the log', async () => {
    const build = await pipeline.ended(await pipeline.upload('broken', BROKEN));
    const failed = as(build, 'failed');
    assert.equal([failed.fault, failed.phase, failed.exitCode], ['user', 'build', 30]);
    assert.match(failed.detail, /about to fail/);
    const chunks = await pipeline.desk.chunks(build);
    assert.match(await pipeline.desk.readChunk(chunks.at(-1) ?? ''), /./);
  });

  for (const [rule, bytes] of REFUSED) {
    test(`refused by name: ${rule}`, async () => {
      const app = `bad-${rule}`;
      const rejected = as(await pipeline.ended(await pipeline.uploadBytes(app, await bytes())), 'rejected');
      assert.is(rejected.rule, rule);
      assert.equal(await pipeline.desk.records.listActive(app), []);
    });
  }

  test('a push that fails is tried again, and is not the user’s fault', async () => {
    await pipeline.fault({ name: 'registry-error', times: 1 });
    const build = deployed(await pipeline.ended(await pipeline.upload('flaky', webApp('flaky'))));
    await pipeline.liftFaults();
    assert.ok((build.run?.attempt ?? 0) >= 1);
  });

  test('the same event twice is one build', async () => {
    await pipeline.fault({ name: 'event-twice', times: 3 });
    deployed(await pipeline.ended(await pipeline.upload('twice', webApp('twice'))));
    await pipeline.liftFaults();
    assert.is((await pipeline.desk.ids('twice')).length, 1);
  });

  test('an upload whose event is lost is found by the sweep', async () => {
    await pipeline.fault({ name: 'event-lost', where: '*createobject*', times: 1 });
    const key = await pipeline.upload('lost', webApp('lost'));
    deployed(await pipeline.ended(key));
    await pipeline.liftFaults();
  });

  test('an image push whose event is lost is applied all the same', async () => {
    await pipeline.fault({ name: 'push-event-lost', times: 1 });
    deployed(await pipeline.ended(await pipeline.upload('unheard', webApp('unheard'))));
    await pipeline.liftFaults();
  });

  test('a function killed in mid-flight loses nothing', async () => {
    await pipeline.fault({ name: 'function-killed', times: 2, value: 0.15 });
    deployed(await pipeline.ended(await pipeline.upload('killed', webApp('killed'))));
    await pipeline.liftFaults();
  });

  test('with no slot free a build waits, says why, and is built then', async () => {
    const apps = ['wait-a', 'wait-b', 'wait-c', 'wait-d'];
    const keys = await Promise.all(apps.map((app) => pipeline.upload(app, webApp(app))));
    for (const key of keys) deployed(await pipeline.ended(key));
  });

  test('when all is over, no slot and no active record is left', async () => {
    const deadline = Date.now() + 60_000;
    let left = await leftovers(pipeline);
    while (left.length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      left = await leftovers(pipeline);
    }
    assert.equal(left, []);
  });

  test.run();
}

async function leftovers({ desk }: Pipeline): Promise<unknown[]> {
  return [...(await desk.slots.list()), ...(await desk.records.listActive())];
}
