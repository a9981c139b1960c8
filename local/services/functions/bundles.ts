// Where the code of a function lies: the bundles that were built from `functions/<name>`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionDefinition } from './definitions.ts';
import { invokeError } from './errors.ts';

/** The names a function's bundle may have: the function's own, and the last part of its image's repository. */
export function bundleNames(definition: FunctionDefinition): readonly string[] {
  const repository = definition.image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return [...new Set([definition.name, repository.split('/').at(-1) ?? ''])].filter((name) => name !== '');
}

/** The bundle: a directory with `func.js`, or one file `<name>.js`. Throws `noImage`, as OCI without an image. */
export function bundleOf(bundles: string, definition: FunctionDefinition): string {
  for (const name of bundleNames(definition)) {
    if (existsSync(join(bundles, name, 'func.js'))) return join(bundles, name);
    if (existsSync(join(bundles, `${name}.js`))) return join(bundles, `${name}.js`);
  }
  throw invokeError('noImage');
}
