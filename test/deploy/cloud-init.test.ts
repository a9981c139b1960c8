import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { suite } from 'uvu';
import { hasProgram, needs } from '../helpers/needs.ts';
import { config, fileAt, text } from './cloud-config.ts';

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
