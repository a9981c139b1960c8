// One function → a directory: `func.js` (the loader), `main.js` (what every call needs), scripts that are loaded when
// they are needed, and `warm-up.js`.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { HEADERS, sdkDiet } from '../sdk-diet/plugin.ts';
import { closure, type Outputs, scriptOf, TARGET } from './scripts.ts';

/** Loaded by `import()`, and by every call. */
const ALWAYS = /node_modules\/oci-(common|objectstorage)\/index\.js$/;

/**
 * Splitting needs ES modules, compiled code beside the source needs scripts: so the parts are bundled as the one and
 * turned into the other. All parts share their common modules, so an error's class is the same everywhere.
 */
export async function bundleFunction(name: string, directory: string): Promise<void> {
  const { outputs, texts } = await bundleParts(`functions/${name}/func.ts`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const always = [...outputs].filter(([, { entryPoint = '' }]) => ALWAYS.test(entryPoint));
  const eager = closure(['main.js', ...always.map(([part]) => part)], outputs);
  const late = [...texts.keys()].filter((part) => !eager.includes(part));
  for (const parts of [eager, ...late.map((part) => [part])]) {
    await write(join(directory, parts[0] ?? ''), await scriptOf(parts, { texts, outputs }));
  }
  await bundleScript('tools/packaging/loader.ts', join(directory, 'func.js'));
  await bundleScript('tools/packaging/warm-up.ts', join(directory, 'warm-up.js'));
}

async function bundleParts(entry: string): Promise<{ outputs: Outputs; texts: ReadonlyMap<string, string> }> {
  const { outputFiles, metafile } = await build({
    entryPoints: { main: entry },
    outdir: 'out',
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
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output] as const);
  const texts = outputFiles.map(({ path, text }) => [basename(path), text] as const);
  return { outputs: new Map(outputs), texts: new Map(texts) };
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

/** Readable by every user, as the function's own is not root. */
function write(path: string, text: string): Promise<void> {
  return writeFile(path, text, { mode: 0o644 });
}
