// Wires upload-trigger: environment → ports → handler.
import { handle } from '@fnproject/fdk';
import { uploadTriggerConfig } from '../../shared/config.ts';
import { fnHandler } from '../../shared/fn.ts';
import { functionLoop } from '../../shared/oci/function-loop.ts';
import { uploadTrigger } from './handle.ts';

const serve = fnHandler('upload-trigger', async (log) => {
  const wired = functionLoop(uploadTriggerConfig(process.env), { log, env: process.env });
  return { answer: (input) => uploadTrigger(input, wired) };
});
handle(serve, { inputMode: 'buffer' });
