// `npm run stack [-- --url URL]`: dist/galley-stack.zip, deploy/ as OCI Resource Manager takes it.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';

const ZIP = 'dist/galley-stack.zip';
const BUNDLE = 'dist/galley-build.mjs';
const HELP = `Usage: npm run stack [-- --url URL]

Writes ${ZIP}: the Terraform module with the program of the Build Instance, for a stack of OCI Resource Manager.
With --url, where the zip can be read without a login, it prints the button that makes such a stack (Markdown).

Example: npm run stack -- --url https://example.com/galley-stack.zip`;

/** What a stack is made of; Resource Manager looks for the .tf files at the root of the zip. */
const FILES = ['*.tf', 'schema.yaml', 'README.md', 'templates/*', 'kubernetes/*'];
const BUTTON =
  'https://oci-resourcemanager-plugin.plugins.oci.oraclecloud.com/latest/deploy-to-oracle-cloud.svg';
const CREATE = 'https://cloud.oracle.com/resourcemanager/stacks/create?zipUrl=';

/** @returns the archive's content by path */
export function stackFiles(bundle: string): ReadonlyMap<string, Buffer> {
  if (!existsSync(bundle)) throw new Error(`there is no ${bundle}: run \`npm run build\` first`);
  const paths = FILES.flatMap((pattern) => globSync(pattern, { cwd: 'deploy' })).sort();
  const module = paths.map((path) => [path, readFileSync(`deploy/${path}`)] as const);
  return new Map([...module, ['galley-build.mjs', readFileSync(bundle)]]);
}

/** The first day a zip knows, by this machine's clock face, so that the same sources give the same bytes. */
const NO_TIME = new Date(1980, 0, 1);

export function stackZip(bundle: string): Uint8Array {
  return zipSync(Object.fromEntries(stackFiles(bundle)), { mtime: NO_TIME });
}

export function buttonFor(url: string): string {
  if (!/^https:\/\/\S+\.zip(\?\S*)?$/.test(url))
    throw new Error(`--url: expected https://….zip, got "${url}"`);
  return `[![Deploy to Oracle Cloud](${BUTTON})](${CREATE}${encodeURIComponent(url)})`;
}

function main(): void {
  const { values } = parseArgs({ options: { url: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const button = values.url === undefined ? undefined : buttonFor(values.url);
  const zip = stackZip(BUNDLE);
  writeFileSync(ZIP, zip);
  console.log(`${ZIP}: ${Math.round(zip.length / 1024)} KB`);
  if (button !== undefined) console.log(button);
}

if (import.meta.main) main();
