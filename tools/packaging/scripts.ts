// Parts of a bundle → scripts for tools/packaging/loader.ts: tables of CommonJS bodies by name.
import { basename } from 'node:path';
import { type Metafile, transform } from 'esbuild';

export const TARGET = 'node24';

/** esbuild's own account of each part, by name. */
export type Outputs = ReadonlyMap<string, Metafile['outputs'][string]>;

/** The parts, and what they import statically, and so on; the given ones first. */
export function closure(parts: readonly string[], outputs: Outputs): string[] {
  const found = new Set(parts);
  for (const part of found) {
    const imports = outputs.get(part)?.imports ?? [];
    for (const { path, kind } of imports) if (kind === 'import-statement') found.add(basename(path));
  }
  return [...found].filter((part) => outputs.has(part));
}

/** An expression whose value is the table: `({"main.js": (exports, require, module) => {…}})`. */
export async function scriptOf(
  parts: readonly string[],
  { texts, outputs }: { texts: ReadonlyMap<string, string>; outputs: Outputs },
): Promise<string> {
  const bodies = await Promise.all(
    parts.map(async (part) => {
      const body = await bodyOf(texts.get(part) ?? '', outputs.get(part));
      return `${JSON.stringify(part)}: function (exports, require, module) {\n${body}}`;
    }),
  );
  return `({\n${bodies.join(',\n')}\n})\n`;
}

async function bodyOf(text: string, output: Metafile['outputs'][string] | undefined): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    supported: { 'dynamic-import': false },
    // Reading a file costs by its size; our own code keeps the lines that stack traces name.
    minify: isOthers(output),
  });
  // A part made of a CommonJS package has the package as its default export: the package itself was asked for.
  const isPackage = output?.exports.join() === 'default';
  return isPackage ? `${code}module.exports = module.exports.default;\n` : code;
}

/** Is it all but wholly from packages? */
function isOthers(output: Metafile['outputs'][string] | undefined): boolean {
  const inputs = Object.entries(output?.inputs ?? {});
  const bytes = (of: typeof inputs): number =>
    of.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
  const packages = inputs.filter(([path]) => path.includes('node_modules/'));
  return bytes(packages) > 0.8 * bytes(inputs);
}
