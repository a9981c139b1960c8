// `npm run build`: sources → `dist/`.
//   dist/<function>/     the three functions, as their images hold them
//   dist/galley-build.mjs   the program on the Build Instance
//   dist/galley.mjs         the command line
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleFunction } from './packaging/function-bundle.ts';

const FUNCTIONS = ['upload-trigger', 'poll-build', 'apply'];

await mkdir('dist', { recursive: true });
// The scripts of the functions are CommonJS, whatever this package is.
await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
for (const name of FUNCTIONS) {
  await bundleFunction(name, `dist/${name}`);
  // For the local region's processes; an image makes its own again with its own Node.
  execFileSync(process.execPath, [`dist/${name}/warm-up.js`], { stdio: 'inherit' });
}
await bundleProgram('build-instance/main.ts', 'dist/galley-build.mjs');
await bundleProgram('cli/main.ts', 'dist/galley.mjs');

/** One executable file. Bundled CommonJS calls `require`, which an ES module has to make (style §0.3). */
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
