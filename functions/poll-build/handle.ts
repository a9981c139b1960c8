// A result event moves one build at once; anything else that invokes this function is a tick: the whole sweep.
import type { BuildKey } from '../../shared/build/build.ts';
import { isAppName, isBuildId } from '../../shared/build/id.ts';
import type { Door } from '../../shared/pipeline/admit.ts';
import { advance } from '../../shared/pipeline/advance.ts';
import { type SweepReport, sweep } from '../../shared/pipeline/sweep.ts';
import type { Loop } from '../../shared/pipeline/tasks.ts';

export interface PollBuildDeps {
  readonly loop: Loop;
  readonly door: Door;
  /** When this invocation must be back. */
  readonly until: Date;
}

export type PollBuildAnswer = SweepReport | { readonly build: string; readonly state: string };

/** @param input a `results/*` object event, an alarm's message, a schedule's body or nothing */
export async function pollBuild(
  input: unknown,
  { loop, door, until }: PollBuildDeps,
): Promise<PollBuildAnswer> {
  const key = resultOf(input);
  if (key === undefined) return sweep(loop, { door, until });
  const build = await advance(key, loop);
  return { build: `${key.app}/${key.id}`, state: build?.state ?? 'finished' };
}

/** The build whose result object an event is about: `results/<app>/<id>/<attempt>`. */
export function resultOf(input: unknown): BuildKey | undefined {
  const data = at(input, 'data');
  const name = at(data, 'resourceName');
  if (typeof name !== 'string') return undefined;
  const [folder, app = '', id = ''] = name.split('/');
  return folder === 'results' && isAppName(app) && isBuildId(id) ? { app, id } : undefined;
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}
