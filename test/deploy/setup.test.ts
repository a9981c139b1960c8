// cloud-init executed: in a machine of stand-ins, so far as no package has to be there.
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import { canOpenMachine, type Machine, NO_MACHINE, openMachine } from '../helpers/machine.ts';
import { needs } from '../helpers/needs.ts';
import { BUNDLE } from '../helpers/terraform/workspace.ts';
import { config, fileAt } from './cloud-config.ts';

const READY = '/var/lib/galley/ready';
const PROGRAM = '/usr/local/lib/galley/galley-build.mjs';

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

const executed = suite('setting a Build Instance up');
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
