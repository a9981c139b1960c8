// What a kill -9 of the region leaves: detached calls that run again, and no process.
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { invokeDetached, linesOf, probeBundles, until } from './functions-suite.ts';
import { startRegionProcess } from './region-process.ts';

const killed = suite('functions and a killed region');

killed('a detached call that was accepted runs after the restart, and no function stays behind', async () => {
  const bundles = await probeBundles();
  const directory = mkdtempSync(join(tmpdir(), 'galley-killed-'));
  const shared = mkdtempSync(join(tmpdir(), 'galley-shared-'));
  chmodSync(shared, 0o777);
  const [note, go] = [join(shared, 'note'), join(shared, 'go')];
  const helds = () => linesOf(note).filter((line) => line === 'held').length;
  const options = { directory, bundles, functions: 'processes', services: ['functions'] } as const;
  try {
    const first = await startRegionProcess(options);
    await invokeDetached(first.description, { do: 'hold', note, until: go });
    await until('the call runs', () => helds() === 1);
    await first.kill();
    await until('its function ended with the region', () => workers(directory).length === 0);

    const second = await startRegionProcess(options);
    writeFileSync(go, '');
    await until('the call is done', async () => (await callsOf(second.description.endpoint)) === 1);
    await second.stop();
    assert.is(helds(), 2);

    const third = await startRegionProcess(options);
    await third.stop();
    assert.is(helds(), 2, 'what is done does not run again');
    assert.equal(leftovers(directory), []);
  } finally {
    for (const path of [bundles, directory, shared]) rmSync(path, { recursive: true, force: true });
  }
});

/** A call is counted when it has ended. */
async function callsOf(endpoint: string): Promise<number> {
  const answer = await fetch(`${endpoint}/_galley/functions/usage`);
  const { functions } = (await answer.json()) as { functions: { calls: number }[] };
  return functions.reduce((sum, { calls }) => sum + calls, 0);
}

/** Working directories of functions that no region owns any more; a process of one would hold it. */
function leftovers(directory: string): readonly string[] {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`galley-fn-${hash}`));
}

/** Is any process at work in a directory of functions of this region? */
function workers(directory: string): readonly string[] {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  return readdirSync('/proc').filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).includes(`galley-fn-${hash}`);
    } catch {
      return false;
    }
  });
}

killed.run();
