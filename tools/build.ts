// `npm run build`: sources → `dist/`.
//   dist/<function>/     the three functions, as their images hold them
//   dist/galley-build.mjs   the program on the Build Instance
//   dist/galley.mjs         the command line
import { chmod } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildFunctions } from './packaging/functions.ts';
import { leftOut } from './sdk-diet/plugin.ts';

await buildFunctions('dist');
/** What shared/oci/clients.ts offers and a Build Instance never asks: two thirds of the bundle. */
const NEVER_BUILT_WITH = [
  'oci-computeinstanceagent',
  'oci-containerengine',
  'oci-core',
  'oci-events',
  'oci-functions',
  'oci-identity',
  'oci-monitoring',
  'oci-ons',
  'oci-resourcescheduler',
];
await bundleProgram('build-instance/main.ts', {
  outfile: 'dist/galley-build.mjs',
  without: NEVER_BUILT_WITH,
});
await bundleProgram('cli/main.ts', { outfile: 'dist/galley.mjs', without: [] });

/** One executable file. Bundled CommonJS calls `require`, which an ES module has to make for itself. */
async function bundleProgram(
  entry: string,
  { outfile, without }: { outfile: string; without: readonly string[] },
): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: {
      js: `#!/usr/bin/env node
import { createRequire as galleyCreateRequire } from 'node:module';
const require = galleyCreateRequire(import.meta.url);`,
    },
    plugins: without.length > 0 ? [leftOut(without)] : [],
    legalComments: 'none',
    logLevel: 'warning',
  });
  await chmod(outfile, 0o755);
}
