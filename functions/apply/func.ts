// Wires apply: environment → ports and the cluster → handler.
import { setTimeout as sleep } from 'node:timers/promises';
import { handle } from '@fnproject/fdk';
import { applyConfig } from '../../shared/config.ts';
import { fnHandler } from '../../shared/fn.ts';
import { functionLoop } from '../../shared/oci/function-loop.ts';
import { lazily } from '../../shared/oci/lazily.ts';
import { apply } from './handle.ts';

const serve = fnHandler('apply', async (log) => {
  const config = applyConfig(process.env);
  // A rollout longer than one invocation goes on in the next, which apply asks for itself. Fn tells it who it is.
  const own = process.env.FN_FN_ID;
  const applyFunction = own === undefined ? {} : { applyFunction: { functionId: own, isOptional: true } };
  const { loop, access } = functionLoop(config, { log, env: process.env, ...applyFunction });
  const cluster = lazily(async () => {
    const { openOkeCluster } = await import('../../shared/oci/oke-cluster.ts');
    return openOkeCluster(config, { ...access, sleep });
  });
  return {
    answer: (input, { callId, until }) => apply(input, { loop, cluster, holder: callId, until, sleep }),
  };
});
handle(serve, { inputMode: 'buffer' });
