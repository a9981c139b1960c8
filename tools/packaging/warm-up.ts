// Runs the function beside this file once, and lets it keep V8's compiled code (`*.cache`): made in the image's build,
// by the very Node that runs it. A function that does not answer fails the build.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFunction, writeResourcePrincipal } from './fn-process.ts';
import { TOY_CALLS, toyConfig, toyUpload } from './toy-calls.ts';
import { startToyRegion } from './toy-region.ts';

async function warmUp(directory: string): Promise<void> {
  const region = await startToyRegion(await toyUpload());
  const credentials = mkdtempSync(join(tmpdir(), 'galley-warm-up-'));
  const env = {
    GALLEY_WARM_UP: 'true',
    ...toyConfig(region.endpoint),
    ...writeResourcePrincipal(credentials),
  };
  const fn = startFunction({ args: [join(directory, 'func.js')], env });
  try {
    await fn.ready;
    for (const [name, input] of Object.entries(TOY_CALLS)) {
      const { status, body } = await fn.call(input);
      if (status !== 200) throw new Error(`${name}: answered ${status} ${body}\n${fn.output()}`);
    }
    fn.child.kill('SIGUSR2');
    const [code] = await once(fn.child, 'exit');
    if (code !== 0) throw new Error(`the compiled code was not kept:\n${fn.output()}`);
  } finally {
    await fn.stop();
    await region.stop();
    rmSync(credentials, { recursive: true, force: true });
  }
}

warmUp(__dirname).catch((error: unknown) => {
  console.error(`warm-up: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
