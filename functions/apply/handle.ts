// An image push, or poll-build's invoke → the build's objects in the cluster, watched until they are ready.
import type { BuildKey } from '../../shared/build/build.ts';
import { advance } from '../../shared/pipeline/advance.ts';
import { type Applied, applyBuild } from '../../shared/pipeline/apply.ts';
import type { ApplyContext } from '../../shared/pipeline/deploying.ts';
import { parseApplyInput } from './event.ts';

export interface ApplyDeps extends ApplyContext {
  sleep(milliseconds: number): Promise<void>;
}

export interface ApplyAnswer {
  readonly build?: string;
  readonly outcome?: Applied;
  readonly ignored?: string;
}

/** The event comes a moment before the result object, which alone proves the digest (I7). */
const RESULT_WAIT_MS = [200, 300, 500, 1000, 1000, 2000];

export async function apply(input: unknown, deps: ApplyDeps): Promise<ApplyAnswer> {
  const key = parseApplyInput(input);
  if ('ignored' in key) {
    deps.loop.ports.log('ignored', { why: key.ignored });
    return { ignored: key.ignored };
  }
  await awaitProof(key, deps);
  return { build: `${key.app}/${key.id}`, outcome: await applyBuild(key, deps) };
}

/** building → pushed, as soon as the Build Instance's result says so. */
async function awaitProof(key: BuildKey, { loop, sleep }: ApplyDeps): Promise<void> {
  const { ports } = loop;
  const found = await ports.records.findActive(key);
  if (found?.build.state !== 'building') return;
  const quiet = { ...ports, applier: { invoke: async () => {} } };
  for (const wait of RESULT_WAIT_MS) {
    await sleep(wait);
    if ((await ports.results.find(key, found.build.attempt)) === undefined) continue;
    await advance(key, { ...loop, ports: quiet });
    return;
  }
}
