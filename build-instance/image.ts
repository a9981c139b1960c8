// What the engine knows of an image it has built.
import { type Engine, inspectCommand } from './engine-commands.ts';
import { BuildFailure } from './phases.ts';
import { runProgram, words } from './programs.ts';

interface Asking {
  readonly engine: Engine;
  readonly signal: AbortSignal;
}

/** Ports of the image's `EXPOSE` that speak TCP, in order. Throws BuildFailure. */
export async function exposedPorts(image: string, { engine, signal }: Asking): Promise<number[]> {
  const { stdout, exitCode, tail } = await runProgram(engine.name, {
    args: inspectCommand(engine, image),
    signal,
  });
  if (exitCode !== 0) {
    const detail = `${engine.name} could not inspect ${image}: ${words(tail)}`;
    throw new BuildFailure('InspectFailed', { fault: 'platform', detail });
  }
  const parsed = JSON.parse(stdout);
  const config: { ExposedPorts?: Record<string, unknown> } =
    engine.name === 'buildah' ? parsed.OCIv1?.config : parsed[0]?.Config;
  return Object.keys(config?.ExposedPorts ?? {})
    .filter((port) => !port.includes('/') || port.endsWith('/tcp'))
    .map((port) => Number.parseInt(port, 10))
    .sort((a, b) => a - b);
}

/** Docker writes no digest file; after a push the image has one digest for every repository it is in. */
export async function repoDigest(image: string, { engine, signal }: Asking): Promise<string> {
  const { stdout } = await runProgram(engine.name, { args: inspectCommand(engine, image), signal });
  const [found]: { RepoDigests?: string[] }[] = JSON.parse(stdout || '[]');
  const repository = image.slice(0, image.lastIndexOf(':'));
  return found?.RepoDigests?.find((one) => one.startsWith(`${repository}@`)) ?? '';
}
