// One attempt from its arguments to result and exit code, with a podman made of shell.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PipelineError } from '../../shared/errors.ts';
import { parseResult } from '../../shared/oci/result-shape.ts';
import { DOCKERFILE, entry, tgz } from '../shared/tarball/archives.ts';
import { DIGEST, RUN, runFake, TOKEN } from './fake-engine.ts';

const test = suite('galley-build run');

const IMAGE = '127.0.0.1:5000/ns/galley/shop';
const plain = tgz(DOCKERFILE, entry({ name: 'k8s/web.yaml', content: 'kind: Service\n' }));

test('fetches, builds, pushes and reports the digest', async () => {
  const ran = await runFake(plain, { build: 'echo STEP 1/1' });
  assert.is(ran.exitCode, 0);
  assert.equal(ran.calls, [
    'login --authfile <build>/auth/config.json --tls-verify=false --username BEARER_TOKEN --password-stdin 127.0.0.1:5000',
    `stdin: ${TOKEN}`,
    `build --pull=newer --authfile <build>/auth/config.json --tls-verify=false --file <build>/source/Dockerfile --tag ${IMAGE}:${RUN.build} <build>/source`,
    `push --authfile <build>/auth/config.json --tls-verify=false --digestfile <build>/digest ${IMAGE}:${RUN.build}`,
  ]);
  assert.is(ran.log, ran.result?.logTail.map((line) => `${line}\n`).join(''));
  assert.match(ran.log, 'STEP 1/1');
  assert.equal(ran.result, {
    version: 1,
    app: 'shop',
    build: RUN.build,
    attempt: 2,
    eTag: RUN.eTag,
    outcome: 'succeeded',
    phase: 'push',
    exitCode: 0,
    image: `${IMAGE}@${DIGEST}`,
    digest: DIGEST,
    logTail: ran.result?.logTail,
    startedAt: '2026-11-24T00:00:00.000Z',
    finishedAt: '2026-11-24T00:00:00.000Z',
  });
  assert.equal(
    ran.printed.map((line) => JSON.parse(line)),
    [
      {
        app: 'shop',
        build: RUN.build,
        attempt: 2,
        outcome: 'succeeded',
        phase: 'push',
        image: `${IMAGE}@${DIGEST}`,
        exitCode: 0,
      },
    ],
  );
  assert.is(ran.manifests, undefined);
  assert.equal(ran.left, []);
});

test('docker is told to push an image, and no index of one with attestations', async () => {
  const { log } = await runFake(plain, { build: 'echo "without: $BUILDX_NO_DEFAULT_ATTESTATIONS"' });
  assert.match(log, 'without: 1\n');
});

test('an image whose name was lost to a clean-up is built again, and pushed', async () => {
  const push = `[ -e "$TMPDIR/lost" ] || { touch "$TMPDIR/lost"; echo "Error: ${IMAGE}:1: image not known" >&2; exit 125; }`;
  const { exitCode, calls, log } = await runFake(plain, { push });
  assert.is(exitCode, 0, log);
  const steps = calls.map((line) => line.split(' ')[0]).filter((word) => word === 'build' || word === 'push');
  assert.equal(steps, ['build', 'push', 'build', 'push']);
});

test('names that a reused image has already are nobody’s business', async () => {
  const own = `Successfully tagged ${IMAGE}:${RUN.build}`;
  const { log } = await runFake(plain, {
    build: `echo '${own}'; echo 'Successfully tagged 127.0.0.1:5000/ns/galley/other:1'`,
  });
  assert.match(log, own);
  assert.not.match(log, 'other');
});

test('generates manifests from the ports of the image', async () => {
  const { manifests, exitCode } = await runFake(
    tgz(
      DOCKERFILE,
      entry({ name: 'galley.yaml', content: 'namespace: prod\nservice: {type: NodePort, port: 9090}' }),
    ),
  );
  assert.is(exitCode, 0);
  assert.match(
    manifests ?? '',
    /kind: Deployment[\s\S]*namespace: prod[\s\S]*containerPort: 8080[\s\S]*containerPort: 9090[\s\S]*type: NodePort/,
  );
  assert.not.match(manifests ?? '', 'port: 53');
});

test('builds as galley.yaml says, below a directory that is stripped', async () => {
  const parts = [
    entry({
      name: 'shop-1/galley.yaml',
      content: 'build: {context: app, dockerfile: D.prod, target: run, args: {A: "b c"}}',
    }),
    entry({ name: 'shop-1/app/D.prod', content: 'FROM scratch' }),
  ];
  const { calls } = await runFake(tgz(...parts));
  assert.ok(
    calls.some((line) =>
      line.endsWith(
        `--file <build>/source/shop-1/app/D.prod --tag ${IMAGE}:${RUN.build} --target run --build-arg A=b c <build>/source/shop-1/app`,
      ),
    ),
    calls.join('\n'),
  );
});

const gone = new PipelineError('gone', { retry: 'never', reason: 'UploadGone' });
const broken = new PipelineError('reset', { retry: 'later' });
const open = (error: Error) => ({ ports: { uploads: { open: () => Promise.reject(error) } } });
const failing: [
  what: string,
  run: () => ReturnType<typeof runFake>,
  expected: [number, string, string, RegExp],
][] = [
  [
    'a hostile tarball',
    () => runFake(tgz(entry({ name: '../evil' }))),
    [10, 'user', 'TarballRefused', /^path-traversal \(\.\.\/evil\)/],
  ],
  [
    'an image of its own',
    () => runFake(tgz(entry({ name: 'galley.yaml', content: 'image: nginx' }))),
    [10, 'user', 'NothingToBuild', /nginx/],
  ],
  [
    'an upload that is gone',
    () => runFake(plain, {}, open(gone)),
    [20, 'user', 'UploadGone', /overwritten or deleted/],
  ],
  [
    'a version that is gone',
    () => runFake(plain, {}, { ...open(gone), run: { ...RUN, versionId: 'v1' } }),
    [20, 'user', 'UploadGone', /version v1 of .* was deleted/],
  ],
  [
    'a download that breaks',
    () => runFake(plain, {}, open(broken)),
    [20, 'platform', 'DownloadFailed', /reset/],
  ],
  [
    'a Dockerfile that fails',
    () => runFake(plain, { build: 'echo "Error: exit status 1" >&2; exit 125' }),
    [30, 'user', 'BuildFailed', /exit code 125: Error: exit status 1/],
  ],
  [
    'a full disk',
    () => runFake(plain, { build: 'echo "no space left on device"; exit 1' }),
    [30, 'platform', 'DiskFull', /no space/],
  ],
  [
    'a login that is refused',
    () => runFake(plain, { login: `echo "unauthorized ${TOKEN}"; exit 1` }),
    [40, 'platform', 'LoginFailed', /refused the login: unauthorized \[secret\]$/],
  ],
  [
    'a push that fails for good',
    () => runFake(plain, { push: 'echo denied; exit 1' }),
    [50, 'platform', 'PushFailed', /denied/],
  ],
  [
    'a build that takes too long',
    () => runFake(plain, { build: 'exec sleep 300' }, { buildSeconds: 1 }),
    [30, 'user', 'BuildTimedOut', /over 0\.5 s/],
  ],
];
for (const [what, run, [exitCode, fault, reason, detail]] of failing) {
  test(`${what} -> ${exitCode} ${reason}`, async () => {
    const ran = await run();
    assert.is(ran.exitCode, exitCode);
    assert.is(ran.result?.exitCode, exitCode);
    assert.is(ran.result?.outcome, 'failed');
    assert.is(ran.result?.fault, fault);
    assert.is(ran.result?.reason, reason);
    assert.match(ran.result?.detail ?? '', detail);
    assert.match(ran.log, `==> Failed (`);
    assert.not.match(ran.log + JSON.stringify(ran.result) + ran.printed.join(), TOKEN);
    assert.ok('result' in parseResult(JSON.stringify(ran.result)), 'shared/oci can read it');
    assert.equal(ran.left, []);
  });
}

test('a push that fails once is tried again', async () => {
  const flag = `[ -e "$0.pushed" ] || { touch "$0.pushed"; echo "500 Internal Server Error"; exit 1; }`;
  const { exitCode, log } = await runFake(plain, { push: flag });
  assert.is(exitCode, 0);
  assert.match(log, /500 Internal Server Error\. Trying again\./);
});

test('a token that has grown old in a long build is made anew before the push', async () => {
  let minutes = 0;
  const ports = {
    now: () => {
      minutes += 31;
      return new Date(Date.UTC(2026, 10, 24, 0, minutes));
    },
  };
  const { calls } = await runFake(plain, {}, { ports });
  assert.equal(
    calls.map((call) => call.split(' ')[0]),
    ['login', 'stdin:', 'build', 'login', 'stdin:', 'push'],
  );
});

test('a layer another build took away is built again', async () => {
  const flag = `[ -e "$0.built" ] || { touch "$0.built"; echo "Error: layer not known"; exit 125; }`;
  assert.is((await runFake(plain, { build: flag })).exitCode, 0);
});

test('a cancelled build is stopped and says who did it', async () => {
  let isBuilding = false;
  const ports = {
    cancels: { find: async () => (isBuilding ? 'ada' : undefined) },
    login: async (host: string) => {
      isBuilding = true;
      const { Secret } = await import('../../shared/secret.ts');
      return { host, username: 'BEARER_TOKEN', password: new Secret(TOKEN) };
    },
  };
  const { exitCode, result, left, log } = await runFake(
    plain,
    { build: 'sleep 300 & sleep 300; wait' },
    { ports },
  );
  assert.is(exitCode, 70);
  assert.equal([result?.outcome, result?.detail, result?.exitCode], ['canceled', 'ada', 70]);
  assert.match(log, '==> Canceled by ada');
  assert.equal(left, []);
});

test('a result that cannot be written is exit code 60', async () => {
  const writeResult = (): Promise<void> => Promise.reject(new Error('denied'));
  const { exitCode, printed } = await runFake(plain, {}, { ports: { writeResult } });
  assert.is(exitCode, 60);
  assert.match(printed.at(-1) ?? '', /"exitCode":60,"report":"denied"/);
});

test('a log that cannot be written does not fail the build', async () => {
  const writeLog = (): Promise<void> => Promise.reject(new Error('denied'));
  const { exitCode, printed } = await runFake(plain, {}, { ports: { writeLog } });
  assert.is(exitCode, 0);
  assert.match(printed[0] ?? '', /could not write log chunk 100001: denied/);
});

test('a host that cannot run containers builds with --isolation chroot', async () => {
  const { calls } = await runFake(plain, { probe: '[[ "$*" == *chroot* ]]' });
  assert.ok(calls.some((line) => line.startsWith('build --pull=newer --isolation chroot ')));
});

test.run();
