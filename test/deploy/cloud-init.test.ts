import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { suite } from 'uvu';
import { parse } from 'yaml';
import { canOpenMachine, type Machine, NO_MACHINE, openMachine } from '../helpers/machine.ts';
import { hasProgram, needs } from '../helpers/needs.ts';
import { userData } from '../helpers/terraform/user-data.ts';
import { BUNDLE } from '../helpers/terraform/workspace.ts';

interface CloudConfig {
  readonly write_files: readonly {
    readonly path: string;
    readonly permissions: string;
    readonly content: string;
  }[];
  readonly runcmd: readonly (readonly string[])[];
}

const text = userData();
const config: CloudConfig = parse(text);
const READY = '/var/lib/galley/ready';
const PROGRAM = '/usr/local/lib/galley/galley-build.mjs';

const written = suite('cloud-init');

written('is cloud-config, within what OCI takes', () => {
  assert.match(text, /^#cloud-config\n/);
  // Metadata holds it in base64 (Core API: 32,000 bytes).
  assert.ok(Buffer.from(text).toString('base64').length <= 32_000, `${text.length} bytes`);
});

written('lets ocarun run one program, and nothing else', () => {
  const sudoers = fileAt('/etc/sudoers.d/101-oracle-cloud-agent-run-command');
  assert.equal(sudoers.permissions, '0440');
  const rights = sudoers.content.split('\n').filter((line) => line.startsWith('ocarun'));
  assert.deepEqual(rights, ['ocarun ALL=(root) NOPASSWD: /usr/local/bin/galley-build']);
});

written('keeps configuration from other users, and holds no secret', () => {
  assert.equal(fileAt('/etc/galley/build.env').permissions, '0640');
  assert.match(fileAt('/etc/galley/build.env').content, /^GALLEY_BUCKET_NAME=galley-source$/m);
  assert.doesNotMatch(text, /password|auth_token|PRIVATE KEY/i);
});

written('starts the setup as a service, which tries again when it fails', () => {
  assert.deepEqual(config.runcmd, [
    ['systemctl', 'daemon-reload'],
    ['systemctl', 'enable', '--now', '--no-block', 'galley-setup.service'],
  ]);
  const { content } = fileAt('/etc/systemd/system/galley-setup.service');
  assert.match(content, /^Restart=on-failure$/m);
  assert.match(content, /^ConditionPathExists=!\/var\/lib\/galley\/ready$/m);
});

written('starts programs that it writes', () => {
  for (const { path, content } of config.write_files) {
    const [, program] = /^ExecStart=(\S+)/m.exec(content) ?? [];
    if (program !== undefined) assert.equal(fileAt(program).permissions, '0755', path);
  }
});

written('gives permissions as texts: YAML reads 0755 as a number', () => {
  for (const { path, permissions } of config.write_files)
    assert.match(String(permissions), /^0[0-7]{3}$/, path);
});

const shellcheck = 'its scripts pass shellcheck';
written(
  shellcheck,
  needs(hasProgram('shellcheck'), { what: 'shellcheck', name: shellcheck }, () => {
    execFileSync('shellcheck', globSync('deploy/templates/*.sh'), { encoding: 'utf8' });
  }),
);

written.run();

function fileAt(path: string): CloudConfig['write_files'][number] {
  const file = config.write_files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`cloud-init writes no ${path}`);
  return file;
}

const STUBS = {
  dnf: 'if [[ -e /dnf-is-down ]]; then rm /dnf-is-down; exit 1; fi',
  oci: 'while (($#)); do if [[ $1 == --file ]]; then cp /bundle "$2"; fi; shift; done',
  node: 'echo "node ran $*"',
  systemctl: '',
  visudo: '',
  runuser: 'shift 3 && exec "$@"',
  sudo: 'shift && exec "$@"',
  sleep: '',
};

/** A machine with the files of cloud-init, and everything it installs as stand-ins. */
async function machineWithFiles(bundle = BUNDLE): Promise<Machine> {
  const machine = await openMachine(STUBS);
  for (const { path, permissions, content } of config.write_files) {
    await machine.write(path, content, Number.parseInt(permissions, 8));
  }
  await machine.write('/bundle', bundle);
  await machine.write(
    '/etc/passwd',
    'root:x:0:0::/root:/bin/bash\nocarun:x:999:999::/var/lib/ocarun:/sbin/nologin\n',
  );
  return machine;
}

/** What systemd would run. */
function setUp(machine: Machine): Promise<{ exitCode: number; output: string }> {
  const [, program = ''] =
    /^ExecStart=(.*)$/m.exec(fileAt('/etc/systemd/system/galley-setup.service').content) ?? [];
  return machine.run(...program.split(' '));
}

const executed = suite('cloud-init, run');
const isPossible = canOpenMachine();
const check = (name: string, body: () => Promise<void>): void => {
  executed(name, needs(isPossible, { what: NO_MACHINE, name }, body));
};

check('installs, fetches the program, tries it, and is ready', async () => {
  await using machine = await machineWithFiles();
  const { exitCode, output } = await setUp(machine);
  assert.equal(exitCode, 0, output);
  assert.ok(existsSync(machine.path(READY)));
  assert.equal(
    createHash('sha256')
      .update(await machine.read(PROGRAM))
      .digest('hex'),
    hashOf(BUNDLE),
  );
  assert.match(await machine.read('/var/log/galley/setup.log'), /setup is done/);
  assert.deepEqual(await machine.calls(), [
    'dnf -y install dnf-plugins-core oracle-ocne-release-el9 oraclelinux-developer-release-el9',
    'dnf config-manager --enable ol9_olcne19 ol9_developer',
    'dnf -y module enable nodejs:24',
    'dnf -y install podman git jq nodejs kubectl helm python39-oci-cli',
    `oci os object get --auth instance_principal --namespace-name galleydemo --bucket-name galley-state --name system/galley-build.mjs --file ${PROGRAM}.new`,
    'systemctl enable --now galley-prune.timer',
    'visudo -cf /etc/sudoers.d/101-oracle-cloud-agent-run-command',
    'runuser -u ocarun -- sudo -n galley-build self-test',
    'sudo -n galley-build self-test',
    `node ${PROGRAM} self-test`,
    'systemctl restart oracle-cloud-agent',
  ]);
});

check('again changes nothing, and fetches nothing', async () => {
  await using machine = await machineWithFiles();
  await setUp(machine);
  const { exitCode } = await setUp(machine);
  assert.equal(exitCode, 0);
  const fetches = (await machine.calls()).filter((call) => call.startsWith('oci '));
  assert.equal(fetches.length, 1);
});

check('a mirror that is down for a moment is asked again', async () => {
  await using machine = await machineWithFiles();
  await machine.write('/dnf-is-down', '');
  const { exitCode, output } = await setUp(machine);
  assert.equal(exitCode, 0, output);
  assert.match(output, /attempt 1 of 5 failed: dnf -y install/);
});

check('another program than the deployed one is not installed', async () => {
  await using machine = await machineWithFiles('// not what was deployed\n');
  const { exitCode, output } = await setUp(machine);
  assert.notEqual(exitCode, 0);
  assert.match(output, /FAILED/);
  assert.ok(!existsSync(machine.path(PROGRAM)));
  assert.ok(!existsSync(machine.path(READY)));
});

check('a command that comes too early is told to come again', async () => {
  await using machine = await machineWithFiles();
  const early = await machine.run('/usr/local/bin/galley-build', 'run');
  assert.equal(early.exitCode, 75);
  assert.match(early.output, /still being set up/);
  await setUp(machine);
  const { exitCode, output } = await machine.run('/usr/local/bin/galley-build', 'run', '--app', 'shop');
  assert.deepEqual({ exitCode, output }, { exitCode: 0, output: `node ran ${PROGRAM} run --app shop` });
});

check('while there is no user of the agent, root tries it', async () => {
  await using machine = await machineWithFiles();
  await machine.write('/etc/passwd', 'root:x:0:0::/root:/bin/bash\n');
  const { exitCode, output } = await setUp(machine);
  assert.equal(exitCode, 0, output);
  const calls = await machine.calls();
  assert.ok(!calls.some((call) => call.startsWith('runuser')));
  assert.ok(calls.includes(`node ${PROGRAM} self-test`));
});

check('a self-test that never passes leaves the instance not ready', async () => {
  await using machine = await machineWithFiles();
  await machine.write('/usr/local/bin/node', '#!/bin/bash\nexit 75\n', 0o755);
  const { exitCode } = await setUp(machine);
  assert.notEqual(exitCode, 0);
  assert.ok(!existsSync(machine.path(READY)));
});

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

executed.run();
