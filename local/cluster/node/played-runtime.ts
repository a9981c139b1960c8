// Without a container engine: containers that only exist as statuses. They start, are ready, and run for ever.
import type { KubeObject } from '../object.ts';
import { type ContainerExit, PullError, type Runtime, type StartedContainer } from './runtime.ts';

export interface PlayedRuntimeOptions {
  /** Why an image cannot be pulled, or undefined when it can. */
  refuse(image: string): Promise<string | undefined> | string | undefined;
}

/** How a container is told to end: `["exit", "3"]` ends with 3, `["oom"]` is killed for its memory; all else runs. */
export function playedRuntime({ refuse }: PlayedRuntimeOptions): Runtime {
  let pods = 0;
  return {
    name: 'played',
    async pull(image) {
      const why = await refuse(image);
      if (why !== undefined) throw new PullError(why);
      return image.includes('@sha256:') ? image : `${image}@sha256:${'0'.repeat(64)}`;
    },
    userOf: async () => '1000',
    async openSandbox(_pod: KubeObject) {
      pods = (pods % 65000) + 1;
      return {
        podIP: `10.244.${pods >> 8}.${pods & 255}`,
        reach: async () => undefined,
        start: async ({ spec }) => play(Array.isArray(spec.command) ? spec.command.map(String) : []),
        close: async () => undefined,
      };
    },
    clear: async () => undefined,
  };
}

function play([word, code]: readonly string[]): StartedContainer {
  const ending = Promise.withResolvers<ContainerExit>();
  if (word === 'exit') ending.resolve({ exitCode: Number(code ?? 0), isOutOfMemory: false });
  if (word === 'oom') ending.resolve({ exitCode: 137, isOutOfMemory: true });
  return {
    id: 'played',
    exited: ending.promise,
    logs: async () => 'There is no container engine on this host: this container only exists as a status.\n',
    exec: async () => 0,
    stop: async () => ending.resolve({ exitCode: 143, isOutOfMemory: false }),
    remove: async () => ending.resolve({ exitCode: 137, isOutOfMemory: false }),
  };
}
