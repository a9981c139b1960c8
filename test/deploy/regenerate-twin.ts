// Writes local/default.tfstate.json anew from deploy/: `node test/deploy/regenerate-twin.ts`
import { writeFileSync } from 'node:fs';
import { DEFAULT_TWIN, generateTwin } from '../helpers/terraform/twin.ts';
import { NO_TERRAFORM, terraformProgram } from '../helpers/terraform/workspace.ts';

const program = terraformProgram();
if (program === undefined) throw new Error(NO_TERRAFORM);
writeFileSync(DEFAULT_TWIN, await generateTwin(program));
console.log(`wrote ${DEFAULT_TWIN}`);
