// Runs a region in the foreground: one line of JSON on stdout once everything is up, the log on stderr.
//   node local/main.ts --directory DIR [--port N] [--twin FILE] [--cluster KIND] [--functions KIND] …
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LockError } from './lock.ts';
import { parseOptions } from './parse-options.ts';
import { startRegion } from './region.ts';
import { TwinError } from './twin.ts';

/** As a shell reports a program that a second Ctrl-C ended. */
const INTERRUPTED = 130;

const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    port: { type: 'string' },
    twin: { type: 'string' },
    services: { type: 'string' },
    cluster: { type: 'string' },
    functions: { type: 'string' },
    pods: { type: 'string' },
    bundles: { type: 'string' },
    registry: { type: 'string' },
    tools: { type: 'string' },
    'clock-seconds': { type: 'string' },
    'agent-seconds': { type: 'string' },
  },
});
const home = process.env.GALLEY_LOCAL_DIRECTORY ?? join(homedir(), '.galley', 'region');

async function main(): Promise<void> {
  const words = { tools: process.env.KUBEBUILDER_ASSETS ?? process.env.GALLEY_TOOLS_CACHE, ...values };
  const region = await startRegion({ ...parseOptions(words), directory: resolve(values.directory ?? home) });
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) process.exit(INTERRUPTED);
    isStopping = true;
    await region.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
  process.stdout.write(`${JSON.stringify(region.description)}\n`);
}

try {
  await main();
} catch (error) {
  // What the user can mend is said in one line; anything else with its stack.
  const isTheirs = error instanceof TwinError || error instanceof LockError || error instanceof TypeError;
  process.stderr.write(
    `${isTheirs ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
