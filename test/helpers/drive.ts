// Drives one test file under uvu 0.5.6 and fails where uvu would stay green: a file that never calls run(),
// a suite cut short by a hook or by a thrown non-Error (lukeed/uvu#60, #80, #201).
import { resolve } from 'node:path';
import { skipped } from './needs.ts';

type Ran = [errors: string | true, ran: number, skipped: number, total: number];
declare global {
  var UVU_DEFER: 1;
  var UVU_QUEUE: [string, ...(() => Promise<Ran>)[]][];
  var UVU_INDEX: number;
}

const file = resolve(process.argv[2] ?? '');
globalThis.UVU_DEFER = 1;
await import('uvu');
globalThis.UVU_INDEX = 0;
globalThis.UVU_QUEUE = [[file]];
await import(`file://${file}`);
const [, ...suites] = globalThis.UVU_QUEUE[0] ?? [file];

let passed = 0;
let failed = suites.length === 0 ? 1 : 0;
if (suites.length === 0) console.log(`  FAIL  ${file}: no suite called run()`);
for (const suite of suites) {
  const [errors, ran, , total] = await suite();
  passed += ran;
  failed += total - ran;
  if (errors !== true) console.log(errors);
  else if (ran < total) console.log(`  FAIL  ${file}: only ${ran} of ${total} tests ran (a hook threw?)`);
}
const reasons = skipped();
console.log(`\n#galley-test ${passed - reasons.length} ${failed} ${JSON.stringify(reasons)}`);
process.exit(failed === 0 ? 0 : 1);
