// Makes a checkout ready with nothing but Node ≥ 20: the pre-script of `npm run demo`, `npm test` and `galley`.
//   node tools/setup.mjs [tree] [containers] [test]     what to see to; default: tree and containers
// Installs only what is missing, and says what it does. Plain JavaScript: it runs before anything is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.galley-lock');
/** Debian packages by the program that shows they are there. */
const PROGRAMS = {
  podman: ['podman', 'runc', 'conmon', 'netavark', 'aardvark-dns'],
  buildah: ['buildah'],
  'docker-registry': ['docker-registry'],
  busybox: ['busybox-static'],
  nft: ['nftables'],
};
/** Only the tests use these. */
const TEST_PROGRAMS = { shellcheck: ['shellcheck'] };

const wanted = process.argv.slice(2);
const wants = (part) => wanted.length === 0 || wanted.includes(part);

if (wants('tree')) installTree();
if (wants('containers')) installPrograms({ ...PROGRAMS, ...(wanted.includes('test') ? TEST_PROGRAMS : {}) });
if (wanted.includes('test')) buildTools();

/** The control plane and OpenTofu, once per machine; tests that need one that is missing say so and are skipped. */
function buildTools() {
  const node = join(root, 'node_modules', '.bin', 'node');
  const { status } = spawnSync(node, [join(root, 'tools', 'build-tools.ts')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) say('not all tools could be built; tests that need them are skipped');
}

function installTree() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing the packages of package-lock.json (npm ci)');
  const done = npm(['ci']);
  if (done !== 0) {
    // A registry mirror may lack packages of other platforms that the lock lists as optional.
    say('npm ci failed; trying npm install, which leaves out what this platform does not need');
    rmSync(join(root, 'node_modules'), { recursive: true, force: true });
    if (npm(['install', '--no-save']) !== 0)
      fail('npm could not install the packages; its own words are above.');
  }
  writeFileSync(stamp, lock);
}

function npm(args) {
  const options = ['--no-audit', '--no-fund', '--loglevel=error'];
  return spawnSync('npm', [...args, ...options], { cwd: root, stdio: ['ignore', 2, 2] }).status ?? 1;
}

function installPrograms(programs) {
  const missing = Object.entries(programs).filter(([program]) => !isThere(program));
  if (missing.length === 0) return;
  const packages = missing.flatMap(([, names]) => names);
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!isThere('apt-get') || process.getuid?.() !== 0) {
    say(
      `missing: ${missing.map(([program]) => program).join(', ')}. What needs them is left out. To install:\n  sudo ${command}`,
    );
    return;
  }
  say(`installing ${packages.join(' ')}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args) =>
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 2], env: environment }).status;
  run(['update', '-qq']);
  if (run(['install', '-y', '-qq', '--no-install-recommends', ...packages]) !== 0)
    say(`could not install them; try: ${command}`);
}

function isThere(program) {
  try {
    execFileSync('sh', ['-c', `command -v "$0" || test -x "/usr/sbin/$0" || test -x "/sbin/$0"`, program], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
