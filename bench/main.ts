// npm run bench [-- NAME…]: ratios to physical limits, each with its baseline measured in the same run.
import { parseArgs } from 'node:util';
import { admissionBench } from './admission.ts';
import { applyBench } from './apply.ts';
import { coldStartBench } from './cold-start.ts';
import { deployBench } from './deploy.ts';
import { packBench } from './pack.ts';
import { type Row, tableOf } from './rows.ts';
import { tickBench } from './tick.ts';

const BENCHES = [coldStartBench, admissionBench, packBench, tickBench, applyBench, deployBench];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h', default: false } },
});
if (values.help) {
  console.log(
    `Usage: npm run bench [-- NAME…]\n${BENCHES.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}`,
  );
} else {
  process.exitCode = await run(positionals);
}

async function run(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    console.error(
      `No benchmark ${unknown.join(', ')}; there are ${BENCHES.map(({ name }) => name).join(', ')}.`,
    );
    return 64;
  }
  const rows: Row[] = [];
  let code = 0;
  for (const bench of BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.error(`${bench.name}: ${bench.about}`);
    try {
      rows.push(...(await bench.measure((line) => console.error(`  ${line}`))));
    } catch (error) {
      code = 1;
      console.error(`  not measured: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(tableOf(rows));
  return code;
}
