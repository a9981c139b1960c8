// `galley-build run`: one attempt from its arguments to its result object and exit code.
import pRetry from 'p-retry';
import { messageOf } from '../shared/errors.ts';
import type { RunArguments } from './arguments.ts';
import { type Built, build } from './build.ts';
import { CANCELED, EXIT_CODES, failureOf, type Phase, StepFailed } from './phases.ts';
import type { BuildPorts, BuildResult } from './ports.ts';
import { startPulse } from './pulse.ts';
import { createReport, type Report } from './report.ts';
import { Canceled, watchForStop } from './stop.ts';

export interface RunOptions {
  readonly ports: BuildPorts;
  /** GALLEY_WORK_DIR */
  readonly root: string;
  readonly ocirEndpoint: string;
  /** The command's own limit. */
  readonly buildSeconds: number;
  /** What Run Command keeps: its last 1 KB. */
  readonly print: (line: string) => void;
  /** Before the result is written a second time; doubles each time. */
  readonly pauseMs?: number;
}

/** To write log and result before the command itself is ended. */
const REPORT_SECONDS = 20;
const RESULT_RETRIES = 5;
const PAUSE_MS = 500;

type End = Pick<BuildResult, 'outcome' | 'phase' | 'exitCode'> & Partial<BuildResult>;

/** @returns the exit code; never throws */
export async function runBuild(run: RunArguments, options: RunOptions): Promise<number> {
  const { ports, print } = options;
  const key = { app: run.app, id: run.build };
  const startedAt = ports.now().toISOString();
  // Beside the look for an engine.
  void ports.signIn();
  const report = createReport({ ports, key, attempt: run.attempt, onTrouble: print });
  const seconds = Math.max(options.buildSeconds - REPORT_SECONDS, options.buildSeconds / 2);
  const stop = watchForStop({ key, ports, seconds });
  const pulse = startPulse({ ports, key, attempt: run.attempt });
  const end = await attempt(run, { ...options, report, signal: stop.signal });
  stop.end();
  report.line(lastLine(end));
  await report.close();
  const result: BuildResult = {
    version: 1,
    app: run.app,
    build: run.build,
    attempt: run.attempt,
    eTag: run.eTag,
    ...end,
    logTail: report.tail(),
    startedAt,
    finishedAt: ports.now().toISOString(),
  };
  const exitCode = await finish(result, options);
  pulse.end();
  return exitCode;
}

async function attempt(
  run: RunArguments,
  { report, signal, ...options }: RunOptions & { report: Report; signal: AbortSignal },
): Promise<End> {
  try {
    return succeeded(await build({ run, report, signal, ...options }));
  } catch (thrown) {
    // What fails outside of every step is the machine's: no disk, no rights, no lock.
    const { phase, cause } =
      thrown instanceof StepFailed ? thrown : { phase: 'wait' as const, cause: thrown };
    // Whatever a step makes of being stopped, why it was stopped is the reason.
    return failed(signal.aborted ? signal.reason : cause, { phase, report });
  }
}

function succeeded({ image, digest }: Built): End {
  return { outcome: 'succeeded', phase: 'push', exitCode: 0, image, digest };
}

function failed(error: unknown, { phase, report }: { phase: Phase; report: Report }): End {
  if (error instanceof Canceled) {
    return {
      outcome: 'canceled',
      phase,
      exitCode: CANCELED,
      fault: 'user',
      reason: 'Canceled',
      detail: error.by,
    };
  }
  const failure = failureOf(error, phase);
  return { outcome: 'failed', ...failure, detail: report.shown(failure.detail) };
}

function lastLine(end: End): string {
  switch (end.outcome) {
    case 'succeeded':
      return `==> Pushed ${end.image}`;
    case 'canceled':
      return `==> Canceled by ${end.detail}`;
    case 'failed':
      return `==> Failed (${end.phase}, ${end.reason}): ${end.detail}`;
  }
}

async function finish(
  result: BuildResult,
  { ports, print, pauseMs = PAUSE_MS }: RunOptions,
): Promise<number> {
  const { app, build: id, attempt: number, outcome, phase, reason, image, exitCode } = result;
  const summary = { app, build: id, attempt: number, outcome, phase, reason, image, exitCode };
  try {
    await pRetry(() => ports.writeResult(result), { retries: RESULT_RETRIES, minTimeout: pauseMs });
    print(JSON.stringify(summary));
    return exitCode;
  } catch (error) {
    print(JSON.stringify({ ...summary, exitCode: EXIT_CODES.report, report: messageOf(error) }));
    return EXIT_CODES.report;
  }
}
