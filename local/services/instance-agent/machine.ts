// The machine of a Build Instance, as far as a script can see it: a home, a PATH with `sudo` and `galley-build`,
// and the configuration that cloud-init would have written.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../replace-file.ts';
import type { Region } from '../../types.ts';
import { buildConfig } from './build-config.ts';
import type { Instance } from './instances.ts';

export interface Machine {
  readonly directory: string;
  /** The whole environment of a script: nothing of the region's own gets in. */
  readonly env: Readonly<Record<string, string>>;
}

/** Lays out (again) the machine of an instance in `<region>/instance-agent/<unique part of its OCID>`. */
export function openMachine(region: Region, instance: Instance): Machine {
  const unique = (instance.id.split('.').at(-1) ?? '').slice(-20);
  const directory = join(region.directory, 'instance-agent', unique);
  const [bin, work, home] = [join(directory, 'bin'), join(directory, 'work'), homeOf(directory)];
  for (const path of [bin, work, home, join(directory, 'commands')]) mkdirSync(path, { recursive: true });
  const config = join(directory, 'build.env');
  replaceFile(config, buildConfig(region, instance), 0o600);
  writeProgram(join(bin, 'sudo'), SUDO);
  writeProgram(
    join(bin, 'galley-build'),
    `#!/bin/sh
GALLEY_CONFIG_FILE=${quoted(config)} GALLEY_WORK_DIR=${quoted(work)} HOME=${quoted(home)}
NODE_COMPILE_CACHE=${quoted(join(directory, 'compile-cache'))}
export GALLEY_CONFIG_FILE GALLEY_WORK_DIR HOME NODE_COMPILE_CACHE
exec ${quoted(process.execPath)} ${quoted(join(region.options.bundles, 'galley-build.mjs'))} "$@"
`,
  );
  const system = ['/usr/local/bin', '/usr/bin', '/usr/sbin', '/bin', '/sbin'];
  const path = [bin, dirname(process.execPath), ...system, ...builtTools(region)];
  return { directory, env: { PATH: path.join(':'), HOME: home, LANG: 'C.UTF-8' } };
}

/** kubectl, helm and kustomize, which cloud-init installs: what `npm run tools` built, where the system has none. */
function builtTools(region: Region): readonly string[] {
  const cache = region.options.tools ?? join(homedir(), '.cache', 'galley', 'tools');
  if (!existsSync(cache)) return [];
  const groups = readdirSync(cache).filter((name) => /^(helm|kubernetes|kustomize)-/.test(name));
  return groups.map((name) => join(cache, name, 'bin'));
}

/** Rootless podman keeps its images under HOME: only root gets a home of its own. */
function homeOf(directory: string): string {
  return process.getuid?.() === 0 ? join(directory, 'home') : homedir();
}

/** Everything here runs as one user, so `sudo -n` has nothing to do but to run the command. */
const SUDO = `#!/bin/sh
while [ "$1" = -n ]; do shift; done
exec "$@"
`;

function writeProgram(path: string, text: string): void {
  // A script of the region's last life may be starting it just now.
  replaceFile(path, text, 0o755);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
