#!/usr/bin/env node
// The `galley` command of a checkout: sees to the set-up, then runs cli/main.ts on the Node that the tree brings.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const setUp = spawnSync(process.execPath, [join(root, 'tools/setup.mjs'), 'tree'], {
  stdio: ['ignore', 2, 2],
});
if (setUp.status !== 0) process.exit(setUp.status ?? 1);

const node = join(root, 'node_modules/.bin/node');
const command = spawn(node, [join(root, 'cli/main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
// It lives as long as its command, and ends as that ended: the prompt comes back when everything is gone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => command.kill(signal));
command.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
