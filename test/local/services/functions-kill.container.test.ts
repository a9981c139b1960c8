// Containers that a killed region leaves behind are removed by its next life, and only those.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BUSYBOX_IMAGE } from '../../../local/containers/base-images.ts';
import {
  containersByLabel,
  regionLabel,
  removeByLabel,
  runContainer,
} from '../../../local/containers/containers.ts';
import { diagnose } from '../../../local/containers/engine.ts';
import { needs } from '../../helpers/needs.ts';
import { invokeDetached, probeBundles, until } from './functions-suite.ts';
import { startRegionProcess } from './region-process.ts';

const { engine, reason } = await diagnose();
const killed = suite('containers of a killed region');
const name = 'the next start removes them';

killed(
  name,
  needs(engine?.confines === true, { what: `containers like OCI's (${reason})`, name }, async () => {
    if (engine === undefined) return;
    const bundles = await probeBundles();
    const directory = mkdtempSync(join(tmpdir(), 'galley-killed-'));
    const label = regionLabel({ directory });
    const options = { directory, bundles, functions: 'containers', services: ['functions'] } as const;
    try {
      const first = await startRegionProcess(options);
      await invokeDetached(first.description, { do: 'sleep', seconds: 0 });
      await until(
        'a container is there',
        async () => (await containersByLabel(label, 'function')).length > 0,
      );
      await first.kill();
      const flags = ['--network', 'none'];
      const pod = { image: BUSYBOX_IMAGE, label, kind: 'pod', flags, command: ['sleep', '1000'] };
      const other = await runContainer(engine, pod);

      const second = await startRegionProcess(options);
      assert.equal(await containersByLabel(label), [other], "the containers of pods are the node's affair");
      await second.stop();
    } finally {
      await removeByLabel(label);
      for (const path of [bundles, directory]) rmSync(path, { recursive: true, force: true });
    }
  }),
);

killed.run();
