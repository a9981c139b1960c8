// Judges one tarball and says how long it took and how much memory at most.
import { createReadStream } from 'node:fs';
import { judge } from '../shared/pipeline/judge.ts';

const started = performance.now();
const judged = await judge('bench', createReadStream(process.argv[2] ?? ''));
if (judged.kind !== 'accepted') throw new Error(`refused: ${judged.rule}: ${judged.detail}`);
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
