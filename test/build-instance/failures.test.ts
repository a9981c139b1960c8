// Whose fault it is: decides whether a build is tried again on another instance.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { failureFrom } from '../../build-instance/build-image.ts';
import { BuildFailure, failureOf, type Phase } from '../../build-instance/phases.ts';
import { PipelineError } from '../../shared/errors.ts';
import { TarballRefused } from '../../shared/tarball/rules.ts';

const test = suite('failures');

const later = new PipelineError('500', { retry: 'later', reason: 'InternalServerError', hint: 'Wait.' });
const never = new PipelineError('404', { retry: 'never' });
const table: [thrown: unknown, phase: Phase, expected: [number, string, string, string]][] = [
  [
    new TarballRefused('device', { path: 'a', detail: 'It is a fifo.' }),
    'download',
    [10, 'user', 'TarballRefused', 'device (a): It is a fifo.'],
  ],
  [later, 'download', [20, 'platform', 'InternalServerError', '500 Wait.']],
  [later, 'render', [25, 'platform', 'InternalServerError', '500 Wait.']],
  [never, 'download', [20, 'platform', 'DownloadFailed', '404']],
  [never, 'render', [25, 'user', 'RenderFailed', '404']],
  [
    new BuildFailure('NoEngine', { fault: 'platform', phase: 'wait', detail: 'x' }),
    'build',
    [75, 'platform', 'NoEngine', 'x'],
  ],
  [
    new BuildFailure('DiskFull', { fault: 'platform', detail: 'x' }),
    'build',
    [30, 'platform', 'DiskFull', 'x'],
  ],
  [new TypeError('oops'), 'build', [30, 'platform', 'BuildFailed', 'oops']],
  [{ message: 'network' }, 'push', [50, 'platform', 'PushFailed', 'network']],
  [new Error('x'), 'login', [40, 'platform', 'LoginFailed', 'x']],
];
for (const [thrown, phase, expected] of table) {
  test(`${phase}: ${String(thrown)}`, () => {
    const { exitCode, fault, reason, detail } = failureOf(thrown, phase);
    assert.equal([exitCode, fault, reason, detail], expected);
  });
}

const builds: [line: string, fault: string, reason: string][] = [
  ['Error: building at STEP "RUN false": while running runtime: exit status 1', 'user', 'BuildFailed'],
  [
    'Error: creating build container: initializing source docker://nope:1: reading manifest 1: manifest unknown',
    'user',
    'BuildFailed',
  ],
  [
    'Error: initializing source docker://node:24: pinging container registry registry-1.docker.io: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    'platform',
    'BaseImageUnavailable',
  ],
  [
    'ERROR: failed to solve: node:24: failed to resolve source metadata for docker.io/library/node:24: 429 Too Many Requests toomanyrequests',
    'platform',
    'BaseImageUnavailable',
  ],
  [
    'Error: initializing source docker://x/y: received unexpected HTTP status: 503 Service Unavailable',
    'platform',
    'BaseImageUnavailable',
  ],
  [
    'npm error network request to https://registry.npmjs.org failed, reason: connect ECONNREFUSED',
    'user',
    'BuildFailed',
  ],
  ['cp: error writing: No space left on device', 'platform', 'DiskFull'],
];
for (const [line, fault, reason] of builds) {
  test(`build says: ${line.slice(0, 70)}`, () => {
    const failure = failureFrom({ name: 'podman' }, { exitCode: 1, tail: ['STEP 1/2', line] });
    assert.equal([failure.fault, failure.reason], [fault, reason]);
    assert.match(failure.message, /^podman build ended with exit code 1: STEP 1\/2 /);
  });
}

test('a build that was killed is tried elsewhere', () => {
  const failure = failureFrom({ name: 'docker' }, { exitCode: 137, tail: [] });
  assert.equal([failure.fault, failure.reason], ['platform', 'BuildKilled']);
});

test.run();
