// galley-build: what Run Command starts on a Build Instance. Modules are loaded when their command asks for them.
import { parseArgs } from 'node:util';

const HELP = `galley-build: builds one upload on this machine and pushes its image.

  galley-build run --app APP --build ID --attempt N --object NAME --etag ETAG [--version ID]
      fetch, judge, render, build, push, report; NAME and ID are percent-encoded
  galley-build prune [--hours 72]
      forget image layers older than that, and all of them when the disk is nearly full
  galley-build self-test
      try everything a build will need

Example
  galley-build run --app shop --build 20261124T101112Z-1a2b3c4d --attempt 1 \\
    --object apps%2Fshop%2Fshop.tar.gz --etag 199f8dbf-0b8c-4ea5-9b57-5bf6c4b2a1f0

Configuration is read from GALLEY_CONFIG_FILE (default /etc/galley/build.env); builds live in
GALLEY_WORK_DIR (default /var/lib/galley-build) while they run.

Exit codes: 0 done, 10 bad input, 20 download, 25 render, 30 build, 40 login, 50 push, 60 report,
70 canceled, 75 not ready.
`;

const ROOT = '/var/lib/galley-build';
const BAD_INPUT = 10;

async function main(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  if (command === undefined || command === 'help' || words.includes('--help') || words.includes('-h')) {
    print(HELP.trimEnd());
    return command === undefined ? BAD_INPUT : 0;
  }
  switch (command) {
    case 'run':
      return run(rest);
    case 'prune':
      return prune(rest);
    case 'self-test':
      return selfTest();
    default:
      print(`galley-build: unknown command "${command}". Try galley-build --help.`);
      return BAD_INPUT;
  }
}

function print(line: string): void {
  console.log(line);
}

const workRoot = (): string => process.env.GALLEY_WORK_DIR || ROOT;

async function ready() {
  const [{ CONFIG_FILE, readConfig }, { ociBuildPorts }] = await Promise.all([
    import('./config.ts'),
    import('./oci.ts'),
  ]);
  const config = await readConfig(process.env.GALLEY_CONFIG_FILE || CONFIG_FILE);
  return { config, ports: ociBuildPorts(config) };
}

async function run(words: readonly string[]): Promise<number> {
  const { runArguments } = await import('./arguments.ts');
  const parsed = runArguments(words);
  const [{ config, ports }, { runBuild }] = await Promise.all([ready(), import('./run.ts')]);
  const { ocirEndpoint, buildSeconds } = config;
  return runBuild(parsed, { ports, root: workRoot(), ocirEndpoint, buildSeconds, print });
}

async function prune(words: readonly string[]): Promise<number> {
  const { hours } = parseArgs({
    args: [...words],
    options: { hours: { type: 'string', default: '72' } },
  }).values;
  if (!/^\d{1,5}$/.test(hours)) {
    print(`galley-build prune --hours: expected a whole number, got "${hours}".`);
    return BAD_INPUT;
  }
  const [{ config }, engine, pruning, work] = await Promise.all([
    ready(),
    import('./engine.ts'),
    import('./prune.ts'),
    import('./work.ts'),
  ]);
  const root = workRoot();
  await work.sweepLeftovers(root);
  const { ocirEndpoint } = config;
  const found = await engine.findEngine({ root });
  await pruning.prune(found, { root, ocirEndpoint, hours: Number(hours), say: print });
  return 0;
}

async function selfTest(): Promise<number> {
  const [{ config, ports }, tested] = await Promise.all([ready(), import('./self-test.ts')]);
  return tested.selfTest({ config, ports, root: workRoot(), print });
}

/** What could not even begin: no result object, so the exit code and this line are all there is. */
async function failedToStart(error: unknown): Promise<number> {
  const { failureOf } = await import('./phases.ts');
  const { exitCode, detail } = failureOf(error, 'wait');
  print(`galley-build: ${detail}`);
  return exitCode;
}

// The SDK's dependencies warn of themselves, and Run Command keeps 1 KB of what is printed.
process.noDeprecation = true;
// Ends the process at once: connections that are kept alive would hold it for seconds.
main(process.argv.slice(2))
  .catch(failedToStart)
  .then((code) => process.exit(code));
