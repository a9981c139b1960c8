// The race for build slots over HTTP: real conditional writes, many claimers, no more winners than slots.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ociSlots } from '../../../shared/oci/slots.ts';
import { claimSlot } from '../../../shared/pipeline/slots.ts';
import { INSTANCE, queued } from '../../helpers/builds.ts';
import { startTestOci, type TestOci } from '../../helpers/oci.ts';
import { worldPorts } from '../../simulation/ports.ts';
import { createWorld } from '../../simulation/world.ts';

const test = suite<{ oci: TestOci }>('the race for slots over OCI');
test.before(async (context) => {
  context.oci = await startTestOci();
});
test.after(({ oci }) => oci.stop());

const CLAIMERS = 32;
const pool = { instances: [INSTANCE, `${INSTANCE}2`], slotsEach: 2 };

for (const fault of [undefined, 'drop-reply', 'error-before', 'throttle'] as const) {
  test(`${CLAIMERS} claimers, 4 slots, ${fault ?? 'no fault'}: 4 win, each another slot`, async ({ oci }) => {
    const slots = ociSlots(oci.state);
    const ports = { ...worldPorts(createWorld(0)), slots };
    if (fault !== undefined) await oci.plant(fault, 'PutObject *slots/*');
    const claims = Array.from({ length: CLAIMERS }, (_, index) =>
      claimSlot(queued({ app: `app-${index}` }), { ports, pool, board: undefined }),
    );
    const won = (await Promise.all(claims)).flatMap((claim) => ('slot' in claim ? [claim.slot] : []));
    const names = won.map(({ instance, number }) => `${instance}/${number}`);
    assert.is(new Set(names).size, won.length, 'no slot has two owners');
    assert.is(won.length, 4);
    for (const slot of await slots.list()) await slots.free(slot, (await slots.read(slot))?.eTag ?? '');
  });
}

test.run();
