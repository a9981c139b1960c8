// One function → a directory: `func.js` (the loader), `main.js`, and the parts that are loaded when they are needed.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import { HEADERS, sdkDiet } from '../sdk-diet/plugin.ts';

const TARGET = 'node24';

/**
 * Splitting needs ES modules, compiled code beside the source needs scripts: so the parts are bundled as the one and
 * turned into the other. All parts share their common modules, so an error's class is the same everywhere.
 */
export async function bundleFunction(name: string, directory: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    entryPoints: { main: `functions/${name}/func.ts` },
    outdir: directory,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: TARGET,
    chunkNames: 'part-[name]-[hash]',
    inject: [HEADERS],
    plugins: [sdkDiet()],
    legalComments: 'none',
    logLevel: 'warning',
  });
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const exported = new Map(
    Object.entries(metafile.outputs).map(([path, one]) => [basename(path), one.exports]),
  );
  for (const { path, text } of outputFiles) {
    const script = await asScript(text);
    // A part made of a CommonJS package has the package as its default export: it is the package itself that was asked for.
    const isPackage = exported.get(basename(path))?.join() === 'default';
    await write(
      join(directory, basename(path)),
      isPackage ? `${script}module.exports = stdin_default;\n` : script,
    );
  }
  await bundleScript('tools/packaging/loader.ts', join(directory, 'func.js'));
  await bundleScript('tools/packaging/warm-up.ts', join(directory, 'warm-up.js'));
}

async function bundleScript(entry: string, outfile: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: TARGET,
    format: 'cjs',
    logLevel: 'warning',
  });
  await write(outfile, outputFiles[0]?.text ?? '');
}

async function asScript(text: string): Promise<string> {
  const supported = { 'dynamic-import': false };
  const { code } = await transform(text, { format: 'cjs', platform: 'node', target: TARGET, supported });
  return code;
}

/** Readable by every user, as the function's own is not root. */
function write(path: string, text: string): Promise<void> {
  return writeFile(path, text, { mode: 0o644 });
}
