// The numbers of the pool: how many containers, how long they wait, and when they go.
import { rmSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { functions } from '../../../local/services/functions/service.ts';
import type { FunctionsSettings } from '../../../local/services/functions/settings.ts';
import type { Service } from '../../../local/types.ts';
import { startTestRegion, type TestRegion } from '../../helpers/region.ts';
import { probeBundles, until } from './functions-suite.ts';

const pool = suite<{ bundles: string }>('pool of a function');
pool.before(async (context) => {
  context.bundles = await probeBundles();
});
pool.after(({ bundles }) => rmSync(bundles, { recursive: true, force: true }));

interface Bench {
  ask(input: object): Promise<{ status: number; code?: string; calls?: number; started?: number }>;
  readonly service: Service;
  stop(): Promise<void>;
}

/** The service with other numbers, in a region without it. */
async function bench(bundles: string, settings: Partial<FunctionsSettings>): Promise<Bench> {
  const region: TestRegion = await startTestRegion({ services: [], bundles });
  const service = functions(region.region, settings);
  await service.start?.();
  const { compartmentId, tenancyId, twin, wiring } = region.region;
  const by = {
    kind: 'resource',
    type: 'eventrule',
    id: 'ocid1.eventrule.oc1..x',
    compartmentId,
    tenancyId,
  } as const;
  const functionId = String(twin.of('oci_functions_function')[0]?.values.id);
  return {
    service,
    ask: async (input) => {
      const body = Buffer.from(JSON.stringify(input));
      const answer = await wiring.invoke({ functionId, body, detached: false, by });
      return { status: answer.status, ...JSON.parse(answer.body.toString()) };
    },
    stop: async () => {
      await service.stop?.();
      await region.stop();
    },
  };
}

pool('with every container busy a call waits for its turn', async ({ bundles }) => {
  const { ask, stop } = await bench(bundles, { containers: 1 });
  const answers = await Promise.all([1, 2, 3].map(() => ask({ do: 'calls' })));
  assert.equal(answers.map(({ calls }) => calls).sort(), [1, 2, 3]);
  assert.is(new Set(answers.map(({ started }) => started)).size, 1);
  await stop();
});

pool('an idle container is removed, the next call starts another', async ({ bundles }) => {
  const { ask, stop } = await bench(bundles, { idleSeconds: 0.1 });
  const first = await ask({ do: 'calls' });
  let next = first;
  await until('the container was replaced', async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    next = await ask({ do: 'calls' });
    return next.started !== first.started;
  });
  assert.is(next.calls, 1);
  await stop();
});

pool('a stop ends a call under way, and refuses the next', async ({ bundles }) => {
  const { ask, service, stop } = await bench(bundles, {});
  await ask({ do: 'calls' });
  const running = ask({ do: 'sleep', seconds: 100 });
  await service.stop?.();
  assert.is((await running).status, 502);
  assert.equal((await ask({ do: 'calls' })).code, 'FunctionInvokeServiceUnavailable');
  await stop();
});

pool('a function without a bundle has no image', async () => {
  const { ask, stop } = await bench('/nowhere', {});
  assert.is((await ask({ do: 'calls' })).code, 'FunctionInvokeImageNotAvailable');
  await stop();
});

pool.run();
