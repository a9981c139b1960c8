#!/usr/bin/env node
// The `galley` command of a checkout: sees to the set-up, then runs cli/main.ts on the Node that the tree brings.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const setUp = spawnSync(process.execPath, [join(root, 'tools/setup.mjs'), 'tree'], {
  stdio: ['ignore', 2, 2],
});
if (setUp.status !== 0) process.exit(setUp.status ?? 1);
const node = join(root, 'node_modules/.bin/node');
const { status } = spawnSync(node, [join(root, 'cli/main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
