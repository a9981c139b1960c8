// `npm run images [-- --push fra.ocir.io/<namespace>/<prefix>] [--tag TAG] [--engine podman|docker|buildah]`
// Builds the images of the three functions; with --push also pushes them (log in before) and prints the lines for
// terraform.tfvars. In a container, or where RUN fails: BUILDAH_ISOLATION=chroot npm run images.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildFunctions, FUNCTIONS } from './packaging/functions.ts';
import { buildImage, chooseEngine, pushImage } from './packaging/image-engine.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const { values } = parseArgs({
  options: {
    push: { type: 'string' },
    tag: { type: 'string', default: version },
    engine: { type: 'string' },
  },
});

const engine = await chooseEngine(values.engine);
const repository = (values.push ?? 'localhost/galley').replace(/\/$/, '');
await buildFunctions('dist');
const lines: string[] = [];
for (const name of FUNCTIONS) {
  const image = `${repository}/${name}:${values.tag}`;
  await buildImage(engine, { image, dockerfile: `functions/${name}/Dockerfile`, context: `dist/${name}` });
  if (values.push === undefined) {
    console.error(`built ${image}`);
    continue;
  }
  const digest = await pushImage(engine, image);
  lines.push(`${name.replace('-', '_')}_image = "${image}@${digest}"`);
}
if (lines.length > 0) console.log(lines.join('\n'));
