// galley up as a process: one line of JSON when it is ready, and a clean end when it is told to stop.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildBundles } from '../../cli/region.ts';

const test = suite('galley up');
const home = mkdtempSync(join(tmpdir(), 'galley-up-'));
test.before(buildBundles);
test.after(() => rmSync(home, { recursive: true, force: true }));

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error('it ended without a line');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`says where it is, and ends cleanly on ${signal}`, async () => {
    const args = [resolve('cli/main.ts'), 'up', '--cluster', 'stand-in', '--functions', 'processes'];
    const child = spawn(process.execPath, args, { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = once(child, 'exit');
    const description = JSON.parse(await firstLine(child));
    assert.equal(Object.keys(description).sort(), [
      'endpoint',
      'kubeconfig',
      'namespace',
      'ociConfig',
      'registry',
      'sourceBucket',
      'stateBucket',
    ]);
    assert.match(said, /does not play: oci_core_/);
    assert.ok(existsSync(join(home, '.galley', 'context.json')));
    child.kill(signal);
    assert.equal(await ended, [0, null], said.slice(-2000));
    assert.not.ok(existsSync(join(home, '.galley', 'context.json')));
  });
}

test.run();
