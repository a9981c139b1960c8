// A command's state, as far as it proves something.
import type { Run } from '../build/build.ts';
import { ABSENT_GRACE_SECONDS } from '../build/decide-building.ts';
import { after, isPast } from '../build/retry.ts';
import type { CommandSeen } from '../build/seen.ts';
import type { Ports } from './ports.ts';

/**
 * @returns undefined when nothing is known: OCI may answer 404 to a command it has just taken (facts run-command §0.7),
 * and whoever took that for its end would give its slot away while it runs
 */
export async function lookAt(run: Run, ports: Ports): Promise<CommandSeen | 'absent' | undefined> {
  if (run.command === undefined) return undefined;
  const seen = await ports.commands.look(run.command, run.instance);
  const isYoung = !isPast(after(new Date(run.submittedAt), ABSENT_GRACE_SECONDS), ports.now());
  return seen === 'absent' && isYoung ? undefined : seen;
}
