// A region in a process of its own, to be killed: prints its description, then serves until it dies.
// Invocations are appended to the file `invocations` in its directory.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestRegion } from '../../../helpers/region.ts';
import { NO_BUNDLES } from './bucket.ts';

const [directory = ''] = process.argv.slice(2);
const running = await startTestRegion({
  directory,
  services: ['object-storage', 'events'],
  bundles: NO_BUNDLES,
});
running.region.wiring.invoke = async ({ body }) => {
  appendFileSync(join(directory, 'invocations'), `${body.toString('utf8')}\n`);
  return { status: 202, headers: {}, body: Buffer.alloc(0) };
};
process.stdout.write(`${JSON.stringify(running.description)}\n`);
