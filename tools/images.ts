// `npm run images [-- --push PREFIX]`: the images of the three functions from `dist/`, built and pushed.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { findEngine } from '../build-instance/engine.ts';
import { type Engine, pushCommand } from '../build-instance/engine-commands.ts';

const HELP = `Usage: npm run images [-- --push PREFIX] [--tag TAG]

Builds the images of upload-trigger, poll-build and apply out of dist/ (npm run build). With --push they go to
PREFIX/<function>:TAG with the login podman or docker has there, and what is printed goes into terraform.tfvars.

Example: npm run images -- --push ocir.eu-frankfurt-1.oci.oraclecloud.com/mytenancy/functions/galley`;

const FUNCTIONS = ['upload-trigger', 'poll-build', 'apply'] as const;
const DIGEST = /sha256:[0-9a-f]{64}/;
const PREFIX = /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/;

interface Pushing {
  readonly engine: Engine;
  readonly work: string;
}

async function build(name: string, { image, engine }: { image: string; engine: Engine }): Promise<void> {
  if (!existsSync(join('dist', name)))
    throw new Error(`there is no dist/${name}: run \`npm run build\` first`);
  const dockerfile = join('functions', name, 'Dockerfile');
  // The application's shape is GENERIC_X86 (deploy/functions.tf), whatever machine this is.
  const platform = ['--platform', 'linux/amd64'];
  const named = ['--tag', image, '--file', dockerfile, join('dist', name)];
  const args = ['build', ...engine.buildFlags, ...platform, ...named];
  await execa(engine.name, args, { stdout: process.stderr, stderr: 'inherit' });
}

/** @returns the digest the registry knows the image by */
async function push(image: string, { engine, work }: Pushing): Promise<string> {
  const digestFile = join(work, 'digest');
  const isPlainHttp = /^(localhost|127\.)/.test(image);
  const authFile = join(work, 'auth.json');
  // The user's own login, not a file of ours.
  const args = pushCommand(engine, { image, digestFile, isPlainHttp, authFile }).filter(
    (word) => word !== '--authfile' && word !== authFile,
  );
  const { stdout } = await execa(engine.name, args, { stderr: 'inherit' });
  const said = engine.name === 'docker' ? stdout : await readFile(digestFile, 'utf8');
  const digest = DIGEST.exec(said)?.[0];
  if (digest === undefined) throw new Error(`${engine.name} pushed ${image} and named no digest`);
  return digest;
}

const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
const { values } = parseArgs({
  options: { push: { type: 'string' }, tag: { type: 'string', default: version }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(HELP);
} else {
  const prefix = values.push?.replace(/\/$/, '');
  if (prefix !== undefined && !PREFIX.test(prefix)) {
    throw new Error(`--push: expected <host>/<namespace>/<prefix>, got "${prefix}"`);
  }
  const work = await mkdtemp(join(tmpdir(), 'galley-images-'));
  try {
    const engine = await findEngine({ root: work });
    for (const name of FUNCTIONS) {
      const image = `${prefix ?? 'galley'}/${name}:${values.tag}`;
      await build(name, { image, engine });
      const pinned = prefix === undefined ? image : `${image}@${await push(image, { engine, work })}`;
      console.log(`${name.replace('-', '_')}_image = "${pinned}"`);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
