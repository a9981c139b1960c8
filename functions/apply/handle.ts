// An image push, or poll-build's invoke → the build's objects in the cluster, watched until they are ready.
import { advance } from '../../shared/pipeline/advance.ts';
import { type Applied, applyBuild } from '../../shared/pipeline/apply.ts';
import type { ApplyContext } from '../../shared/pipeline/deploying.ts';
import type { Found } from '../../shared/pipeline/ports.ts';
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
  const found = await deps.loop.ports.records.findActive(key);
  const outcome =
    found?.build.state === 'building' ? await onceProven(found, deps) : await applyBuild(found, deps);
  return { build: `${key.app}/${key.id}`, outcome };
}

/** building → pushed, as soon as the Build Instance's result says so: unless its own event does it first. */
async function onceProven({ build }: Found, deps: ApplyDeps): Promise<Applied> {
  const { ports } = deps.loop;
  const quiet = { ...ports, applier: { invoke: async () => {} } };
  for (const wait of RESULT_WAIT_MS) {
    await deps.sleep(wait);
    const found = await ports.records.findActive(build);
    if (found?.build.state !== 'building') return found === undefined ? 'absent' : 'busy';
    if ((await ports.results.find(build, found.build.attempt)) === undefined) continue;
    await advance(build, { ...deps.loop, ports: quiet, loaded: found });
    return applyBuild(await ports.records.findActive(build), deps);
  }
  return 'building';
}
