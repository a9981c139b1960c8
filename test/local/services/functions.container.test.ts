// Functions as containers of their own images, confined as OCI confines them.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { containersByLabel, regionLabel } from '../../../local/containers/containers.ts';
import { diagnose } from '../../../local/containers/engine.ts';
import { podman } from '../../../local/containers/podman.ts';
import { needs } from '../../helpers/needs.ts';
import { functionsCases } from './functions-cases.ts';
import { type FunctionsHarness, functionsHarness, probeBundles } from './functions-suite.ts';
import { twinWith } from './functions-twin.ts';

const { engine, reason } = await diagnose();
const name = 'functions as containers';
const containers = suite<{ harness: FunctionsHarness }>(name);

if (engine?.confines) {
  let bundles = '';
  containers.before(async (context) => {
    bundles = await probeBundles();
    const short = { type: 'oci_functions_function', name: 'apply', attributes: { timeout_in_seconds: 2 } };
    const twin = twinWith(join(bundles, 'twin.tfstate.json'), [short]);
    context.harness = await functionsHarness({ bundles, twin, functions: 'containers' });
  });

  containers.after(async ({ harness }) => {
    await harness.stop();
    rmSync(bundles, { recursive: true, force: true });
    assert.equal(await containersByLabel(regionLabel(harness.region.region)), []);
  });

  functionsCases(containers, {
    isFrozen: async ({ region }) => {
      const filters = ['--filter', `label=${regionLabel(region.region)}`];
      const states = await podman(['ps', '--all', ...filters, '--format', '{{.State}}']);
      // Podman 4 says `Paused`, podman 5 `paused`.
      return states.split('\n').every((state) => state.toLowerCase() === 'paused');
    },
  });

  containers(
    "a container has the function's memory, no rights, and a read-only root",
    async ({ harness }) => {
      await harness.ask({ do: 'calls' });
      const [id = ''] = await containersByLabel(regionLabel(harness.region.region), 'function');
      const [{ HostConfig, EffectiveCaps }] = JSON.parse(await podman(['inspect', id]));
      assert.is(HostConfig.Memory, 256 * 1024 * 1024);
      assert.is(HostConfig.ReadonlyRootfs, true);
      assert.ok(HostConfig.SecurityOpt.includes('no-new-privileges'));
      assert.equal(EffectiveCaps ?? [], []);
    },
  );
} else {
  containers(
    'all cases',
    needs(false, { what: `containers like OCI's (${reason})`, name }, () => undefined),
  );
}

containers.run();
