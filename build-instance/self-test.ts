// `galley-build self-test`: everything a build will need, tried once, each with one line.

import { messageOf } from '../shared/errors.ts';
import type { InstanceConfig } from './config.ts';
import { freeSpace } from './disk.ts';
import { findEngine } from './engine.ts';
import { EXIT_CODES } from './phases.ts';
import type { BuildPorts } from './ports.ts';
import { runProgram } from './programs.ts';

interface Options {
  readonly config: InstanceConfig;
  readonly ports: Pick<BuildPorts, 'login' | 'cancels'>;
  readonly root: string;
  readonly print: (line: string) => void;
}

/** @returns 0, or 75 when something that every build needs is missing */
export async function selfTest({ config, ports, root, print }: Options): Promise<number> {
  const host = config.ocirEndpoint.split('/')[0] ?? '';
  const nobody = { app: 'self-test', id: '20000101T000000Z-00000000' };
  const needed: [what: string, work: () => Promise<string>][] = [
    ['container engine', async () => engineLine(root)],
    ['disk', async () => diskLine(root)],
    ['state bucket', async () => `${config.stateBucket} answers${(await ports.cancels.find(nobody)) ?? ''}`],
    ['registry', async () => `${host} takes ${(await ports.login(host)).username}`],
  ];
  const wanted: [what: string, work: () => Promise<string>][] = [
    ['helm', async () => toolLine([['helm', 'version', '--short']])],
    [
      'kustomize',
      async () =>
        toolLine([
          ['kustomize', 'version'],
          ['kubectl', 'version', '--client'],
        ]),
    ],
  ];
  let missing = 0;
  for (const [what, work] of needed) missing += (await line(what, { work, print })) ? 0 : 1;
  for (const [what, work] of wanted) await line(what, { work, print });
  return missing === 0 ? 0 : EXIT_CODES.wait;
}

async function line(
  what: string,
  { work, print }: { work: () => Promise<string>; print: (line: string) => void },
): Promise<boolean> {
  try {
    print(`ok      ${what}: ${await work()}`);
    return true;
  } catch (error) {
    print(`missing ${what}: ${messageOf(error)}`);
    return false;
  }
}

async function diskLine(root: string): Promise<string> {
  const { share, path } = await freeSpace([root]);
  return `${Math.round(share * 100)} % free in ${path}`;
}

async function engineLine(root: string): Promise<string> {
  const { name, buildFlags } = await findEngine({ root });
  return [name, ...buildFlags].join(' ');
}

async function toolLine(tools: readonly (readonly string[])[]): Promise<string> {
  for (const [program = '', ...args] of tools) {
    const { exitCode, stdout } = await runProgram(program, { args });
    if (exitCode === 0) return `${program} ${stdout.split('\n')[0]}`;
  }
  throw new Error(
    `needed for sources with ${tools[0]?.[0] === 'helm' ? 'a Chart.yaml' : 'a kustomization.yaml'}`,
  );
}
