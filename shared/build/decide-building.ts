// building: a Run Command holds a slot. Moves on what the Build Instance proved, or on stored deadlines.
import type { In, Phase, Run } from './build.ts';
import type { Decision, Task } from './decide.ts';
import { commandEnd, type Ended, resultEnd } from './ended.ts';
import { enter } from './enter.ts';
import { after, backoffSeconds, isPast, MAX_ATTEMPTS } from './retry.ts';
import { isOver, type Seen } from './seen.ts';
import { isSilence, SILENT_STOP_SECONDS, whySilent } from './silence.ts';

/** `push` is the last thing that can take long; applying starts at once after it, or something stands still. */
export const APPLY_SECONDS = 60 * 60;
/** A status may be 404 right after creation (facts run-command §0.7). */
export const ABSENT_GRACE_SECONDS = 120;
/** How long a cancelled command may take to be seen as over, before the build goes on without its word. */
export const STOP_SECONDS = 10 * 60;

interface Context {
  readonly seen: Seen;
  readonly now: Date;
}

export function decideBuilding(build: In<'building'>, context: Context): Decision {
  if (build.run.command === undefined) return submit(build, context);
  const ended = endOf(build, context);
  if (ended !== undefined) return leave(build, { ...context, ended });
  const stop = build.stopping ?? whyStop(build, context);
  if (stop === undefined) return { build, tasks: [] };
  if (build.stopping === undefined)
    return { build: stopping(build, stop, context.now), tasks: ['cancel-command'] };
  const patience = isSilence(stop) ? SILENT_STOP_SECONDS : STOP_SECONDS;
  const isGivenUp = isPast(after(new Date(build.stoppingSince ?? build.since), patience), context.now);
  if (!isGivenUp) return { build, tasks: ['cancel-command'] };
  return leave(build, { ...context, ended: unconfirmed(build, context.seen) });
}

/** Nobody creates the command after `deliverBy`; what is not there a while later never will be. */
function submit(build: In<'building'>, { seen, now }: Context): Decision {
  const isTooLate = isPast(after(new Date(build.deliverBy), ABSENT_GRACE_SECONDS), now);
  if (!isTooLate || seen.command !== 'absent') return { build, tasks: ['ensure-command'] };
  const detail = build.reason ?? 'OCI did not take the command in time.';
  return leave(build, {
    seen,
    now,
    ended: { fault: 'platform', phase: 'submit', reason: 'NotSubmitted', detail },
  });
}

function stopping(build: In<'building'>, why: string, now: Date): In<'building'> {
  return { ...build, stopping: why, stoppingSince: now.toISOString() };
}

/** The attempt's end, proven by its result object or by the command's own final state. */
function endOf(build: In<'building'>, { seen, now }: Context): Ended | undefined {
  const { result, command } = seen;
  if (result !== undefined && result.attempt === build.attempt) return resultEnd(build, result);
  if (!isOver(command) || command === undefined) return undefined;
  if (command !== 'absent') return commandEnd(build, command);
  const isYoung = !isPast(after(new Date(build.run.submittedAt), ABSENT_GRACE_SECONDS), now);
  if (isYoung) return undefined;
  return {
    fault: 'platform',
    phase: 'deliver',
    reason: 'CommandLost',
    detail: 'OCI no longer knows the command.',
  };
}

function whyStop(build: In<'building'>, { seen, now }: Context): string | undefined {
  if (seen.cancel !== undefined) return `cancel requested by ${seen.cancel}`;
  const outcome = seen.command === 'absent' ? undefined : seen.command?.outcome;
  const silence = outcome === 'running' ? whySilent(seen, now) : undefined;
  if (silence !== undefined) return silence;
  const isWaiting = outcome === 'waiting';
  if (isWaiting && seen.instanceProblem !== undefined) return `Build Instance: ${seen.instanceProblem}`;
  if (isWaiting && isPast(build.deliverBy, now)) return 'the agent did not fetch the command in time';
  if (isPast(build.runBy, now)) return 'the command did not end in time';
  return undefined;
}

function unconfirmed(build: In<'building'>, seen: Seen): Ended {
  const detail = `${build.stopping}; the Build Instance did not confirm that the command ended.`;
  const retries = seen.cancel === undefined;
  const lost = isSilence(build.stopping) ? 'BuildLost' : 'NotConfirmed';
  return {
    fault: 'platform',
    phase: 'build',
    reason: retries ? lost : 'CancelNotConfirmed',
    detail,
    retries,
  };
}

/** Out of building: to pushed, back to queued for another attempt, or to a final state. */
function leave(left: In<'building'>, { seen, now, ended }: Context & { ended: Ended }): Decision {
  const build: In<'building'> = isOver(seen.command) ? { ...left, run: { ...left.run, isOver: true } } : left;
  const phase = nextPhase(build, { seen, now, ended });
  const next = enter(build, { phase, now });
  return { build: next, tasks: tasksAfter(next.state, isOver(seen.command)) };
}

function nextPhase(build: In<'building'>, { seen, now, ended }: Context & { ended: Ended }): Phase {
  const { run, attempt } = build;
  if (ended.reason === 'CancelNotConfirmed') return failed(ended, run);
  if (seen.cancel !== undefined) return { state: 'canceled', by: seen.cancel, run };
  if (ended.image !== undefined) {
    return { state: 'pushed', attempt: 0, image: ended.image, applyBy: after(now, APPLY_SECONDS), run };
  }
  if (ended.canceledBy !== undefined) return { state: 'canceled', by: ended.canceledBy, run };
  if (ended.fault === 'user' || ended.retries === false || attempt >= MAX_ATTEMPTS) return failed(ended, run);
  const avoid = [...new Set([...(build.avoid?.split(',') ?? []), run.instance])].join(',');
  const reason = `attempt ${attempt} failed (${ended.reason}: ${ended.detail}), tried again`;
  const notBefore = after(now, backoffSeconds(attempt));
  return { state: 'queued', attempt, reason, notBefore, avoid, run };
}

function failed(ended: Ended, run: Run): Phase {
  const { phase, reason, detail, fault, exitCode } = ended;
  return {
    state: 'failed',
    phase,
    reason,
    detail,
    fault,
    run,
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function tasksAfter(state: string, isCommandOver: boolean): Task[] {
  const free: Task[] = isCommandOver ? ['free-slot'] : [];
  if (state === 'pushed') return ['invoke-apply', ...free];
  return state === 'queued' ? free : [...free, 'finish'];
}
