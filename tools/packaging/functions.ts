// The three functions, built into one directory.
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunction } from './function-bundle.ts';

export const FUNCTIONS = ['upload-trigger', 'poll-build', 'apply'] as const;

/** Each is run once, so that one that cannot start or answer is never shipped. */
export async function buildFunctions(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  // Their scripts are CommonJS, whatever the package around them is.
  await writeFile(join(directory, 'package.json'), '{ "type": "commonjs" }\n');
  for (const name of FUNCTIONS) {
    await bundleFunction(name, join(directory, name));
    // Its compiled code is for processes on this host; an image makes its own with its own Node.
    execFileSync(process.execPath, [join(directory, name, 'warm-up.js')], { stdio: 'inherit' });
  }
}
