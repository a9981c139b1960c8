// The end of a good rollout: prune, write down what the set is now, and say where the app answers.
import { isDeepStrictEqual } from 'node:util';
import { extentOf } from './applyset.ts';
import { endpointOf, isListening } from './endpoint.ts';
import { meaningOf } from './failure.ts';
import type { Fence } from './fence.ts';
import type { Item } from './items.ts';
import { membersOf, objectsOf } from './members.ts';
import type { DeployOutcome } from './outcome.ts';
import { prune } from './prune.ts';
import type { Run } from './run.ts';
import { knownOf, type Staged } from './stage.ts';

/** Only what is good is final: prune, and write down what the set is now. */
export async function settle(
  run: Run,
  fence: Fence,
  { staged, report }: { staged: Staged; report: string },
): Promise<DeployOutcome> {
  const standing = { phase: 'ready', report } as const;
  await run.guard();
  const concluded = async (): Promise<string | undefined> => {
    await fence.write(staged.extent, standing);
    const trouble = await pruned(run, staged);
    const isShrinking = !isDeepStrictEqual(staged.extent, staged.final);
    if (trouble === undefined && isShrinking) await fence.write(staged.final, standing);
    return trouble;
  };
  const [trouble, address] = await Promise.all([concluded(), endpoint(run, fence, staged.items)]);
  const said = trouble === undefined ? report : `${report} Not everything could be pruned: ${trouble}`;
  return { kind: 'ready', endpoint: address, report: said };
}

/** The new version is good and stays, whatever becomes of what it leaves behind; the next build prunes again. */
async function pruned(run: Run, { leaving }: Staged): Promise<string | undefined> {
  try {
    await prune(run, leaving);
    return undefined;
  } catch (error) {
    const meaning = meaningOf(error, { phase: 'apply', isLate: false });
    if (meaning.kind === 'failed') return meaning.failure.detail;
    throw error;
  }
}

/** Services and Ingresses as they are now: the address is the server's, not the manifest's. */
async function endpoint(run: Run, fence: Fence, items: readonly Item[]): Promise<string> {
  const listening = items.filter(({ object }) => isListening(object));
  const extent = extentOf(
    listening.map(({ object }) => object),
    run.input.namespace,
  );
  const members = await membersOf(run, { part: fence.part, extent, known: knownOf(listening) });
  return endpointOf([...objectsOf(members).values()]);
}
