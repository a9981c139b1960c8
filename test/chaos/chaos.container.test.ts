// A handful of real kills; npm run chaos does many.
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildBundles } from '../../cli/region.ts';
import { diagnose } from '../../local/containers/engine.ts';
import { hasProgram, needs } from '../helpers/needs.ts';
import { functionsOf } from './campaign.ts';
import { chaosRun } from './run.ts';

const test = suite('chaos');
const what = 'podman and docker-registry (apt-get install podman docker-registry)';
const have = hasProgram('podman') && hasProgram('docker-registry');
const bundles = fileURLToPath(new URL('../../dist', import.meta.url));

for (const seed of [1, 2, randomInt(1_000, 1_000_000)]) {
  const name = `everything comes right after kill -9 (seed ${seed})`;
  test(
    name,
    needs(have, { what, name }, async () => {
      await buildBundles();
      const functions = functionsOf(seed, (await diagnose()).engine?.confines === true);
      const { problems, kills, states } = await chaosRun(seed, { bundles, functions });
      assert.equal(
        problems,
        [],
        `killed ${kills.join(', ')}\n${states.join('\n')}\nagain: npm run chaos -- --seed ${seed}`,
      );
    }),
  );
}

test.run();
