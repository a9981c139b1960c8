// `npm run build`: sources → `dist/`.
//   dist/<function>/     the three functions, as their images hold them
//   dist/galley-build.mjs   the program on the Build Instance
//   dist/galley.mjs         the command line
import { chmod } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildFunctions } from './packaging/functions.ts';

await buildFunctions('dist');
await bundleProgram('build-instance/main.ts', 'dist/galley-build.mjs');
await bundleProgram('cli/main.ts', 'dist/galley.mjs');

/** One executable file. Bundled CommonJS calls `require`, which an ES module has to make for itself. */
async function bundleProgram(entry: string, outfile: string): Promise<void> {
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
    legalComments: 'none',
    logLevel: 'warning',
  });
  await chmod(outfile, 0o755);
}
