// npm run demo: the product's main job on this machine. Two uploads of examples/hello, each followed from the PUT to
// the HTTP answer of the app it built.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { removeImagesOf } from '../local/containers/images.ts';
import type { Build } from '../shared/build/build.ts';
import { PipelineError } from '../shared/errors.ts';
import { uploadSource } from './commands/push.ts';
import { loadContext } from './context.ts';
import { openDesk } from './desk.ts';
import { follow, tell } from './follow.ts';
import { type LocalRegion, startLocal } from './region.ts';
import { untilSignal } from './signals.ts';
import { createTerminal, duration, paint } from './terminal.ts';

const APP = 'hello';
const EXAMPLE = fileURLToPath(new URL('../examples/hello', import.meta.url));
/** An answer may take as long as the proxy needs to see the new pod. */
const ANSWER_MS = 30_000;
/** As a shell reports a process that Ctrl-C ended. */
const INTERRUPTED = 130;

const terminal = createTerminal({ isJson: false });
const heading = (text: string): void => terminal.print(`\n${paint('bold', text)}`);

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    options: { cluster: { type: 'string', default: 'auto' }, functions: { type: 'string', default: 'auto' } },
  });
  const started = Date.now();
  const home = join(process.cwd(), '.galley', 'demo');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  heading('A region of OCI on this machine');
  const logFile = join(home, 'region.log');
  const region = await startLocal({
    home,
    isReset: true,
    cluster: values.cluster === 'real' || values.cluster === 'stand-in' ? values.cluster : 'auto',
    functions:
      values.functions === 'processes' || values.functions === 'containers' ? values.functions : 'auto',
    clockSeconds: 5,
    signal,
    starting: (what) => terminal.progress(`starting ${what}`),
    log: (message, fields) =>
      writeFileSync(logFile, `${JSON.stringify({ at: new Date(), message, ...fields })}\n`, { flag: 'a' }),
  });
  terminal.endProgress();
  const stop = stopper(region, signal);
  try {
    terminal.print(JSON.stringify(region.description));
    terminal.print(`ready after ${duration(Date.now() - started)}; its log: ${logFile}`);
    await twoUploads(home);
  } finally {
    await stop();
  }
  terminal.print(`\nDone in ${duration(Date.now() - started)}; everything that was started is gone again.`);
}

/** Once, whoever asks: the end, or Ctrl-C. */
function stopper(region: LocalRegion, signal: AbortSignal): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= region.stop().then(() => removeImagesOf(region.description.registry));
    return stopped;
  };
  const end = (): void => void stop().then(() => process.exit(INTERRUPTED));
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  return stop;
}

async function twoUploads(home: string): Promise<void> {
  const source = join(home, 'source');
  cpSync(EXAMPLE, source, { recursive: true });
  heading('First upload: examples/hello');
  const first = await deliver(home, source);
  heading('The source changes, and is uploaded again');
  const manifest = join(source, 'package.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"1.0.0"', '"2.0.0"'));
  const second = await deliver(home, source);
  if (second === first) throw new PipelineError('The answer did not change.', { retry: 'never' });
}

/** @returns what the app answers */
async function deliver(home: string, source: string): Promise<string> {
  const started = Date.now();
  const context = loadContext(home, {});
  const { id } = await uploadSource({ directory: source, app: APP, options: {}, context, terminal });
  const build = await follow({ app: APP, id }, { desk: openDesk(context), terminal });
  if (build !== undefined) tell(build, terminal);
  if (build?.state !== 'deployed') throw notDeployed(build);
  const answer = await ask(build.endpoint);
  terminal.print(`GET ${build.endpoint} → ${paint('green', answer)}`);
  terminal.print(`image ${build.image}`);
  terminal.print(`from PUT to answer: ${duration(Date.now() - started)}`);
  return answer;
}

async function ask(endpoint: string): Promise<string> {
  const deadline = Date.now() + ANSWER_MS;
  for (;;) {
    try {
      const response = await fetch(endpoint, { signal: AbortSignal.timeout(5_000) });
      if (response.ok) return (await response.text()).trim();
      if (Date.now() > deadline)
        throw new PipelineError(`${endpoint} answers ${response.status}.`, { retry: 'later' });
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(200);
  }
}

function notDeployed(build: Build | undefined): PipelineError {
  const state = build === undefined ? 'was not admitted' : `is ${build.state}`;
  return new PipelineError(`The build ${state}; see .galley/demo/region.log.`, { retry: 'never' });
}

const signal = untilSignal();
signal.addEventListener('abort', () => terminal.note('\nstopping; again: at once'));
await main(signal).catch((error: unknown) => {
  terminal.endProgress();
  if (!signal.aborted) console.error(error instanceof PipelineError ? error.message : error);
  process.exitCode = signal.aborted ? INTERRUPTED : 1;
});
