// Wires poll-build: environment → ports → handler.
import { handle } from '@fnproject/fdk';
import { pollBuildConfig } from '../../shared/config.ts';
import { fnHandler } from '../../shared/fn.ts';
import { functionLoop } from '../../shared/oci/function-loop.ts';
import { pollBuild } from './handle.ts';

const serve = fnHandler('poll-build', async (log) => {
  const config = pollBuildConfig(process.env);
  const { applyFunctionId: functionId, applyInvokeEndpoint: invokeEndpoint } = config;
  const applyFunction = { functionId, ...(invokeEndpoint === undefined ? {} : { invokeEndpoint }) };
  const wired = functionLoop(config, { log, env: process.env, applyFunction });
  return {
    answer: (input, { until }) => pollBuild(input, { ...wired, until }),
  };
});
handle(serve, { inputMode: 'buffer' });
