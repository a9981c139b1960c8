// A record in words: the lines that `status`, `push` and the MCP tools show.
import type { Build } from '../shared/build/build.ts';
import { isFinal, runOf } from '../shared/build/build.ts';
import { duration } from './terminal.ts';

/** The outcome of a build as an exit code: 0 deployed, 2 your fault, 3 ours, 4 called off. */
export const EXIT_CODES = { deployed: 0, user: 2, platform: 3, calledOff: 4 } as const;

export function exitCodeOf(build: Build): number {
  switch (build.state) {
    case 'deployed':
      return EXIT_CODES.deployed;
    case 'rejected':
      return EXIT_CODES.user;
    case 'failed':
      return EXIT_CODES[build.fault];
    case 'canceled':
    case 'superseded':
      return EXIT_CODES.calledOff;
    case 'queued':
    case 'building':
    case 'pushed':
    case 'applying':
      return EXIT_CODES.platform;
  }
}

/** From the upload to the state it is in, such as `18 s`. */
export function took({ since, uploadedAt }: Build): string {
  return duration(Date.parse(since) - Date.parse(uploadedAt));
}

/** One sentence on where the build is and why. */
export function sentence(build: Build, now: Date): string {
  switch (build.state) {
    case 'queued':
      return build.reason;
    case 'building':
      return buildingSentence(build, now);
    case 'pushed':
      return `image is pushed, waits to be applied: ${build.image}`;
    case 'applying':
      return build.reason ?? 'objects are being applied';
    case 'deployed':
      return answersAt(build.endpoint);
    case 'rejected':
      return `rule ${build.rule}${build.path === undefined ? '' : `, ${build.path}`}: ${build.detail}`;
    case 'failed':
      return failedSentence(build);
    case 'canceled':
      return `by ${build.by}`;
    case 'superseded':
      return `by build ${build.by}`;
  }
}

/** A ClusterIP Service has an address that only pods know: said with the way to another. */
function answersAt(endpoint: string): string {
  const isInside = /\.svc\.cluster\.local(?::\d+)?\/?$/.test(endpoint);
  return isInside
    ? `answers inside the cluster at ${endpoint} (\`service: {type: LoadBalancer}\` in galley.yaml opens it to the outside)`
    : `answers at ${endpoint}`;
}

function buildingSentence(build: Extract<Build, { state: 'building' }>, now: Date): string {
  if (build.stopping !== undefined) return `being stopped: ${build.stopping}`;
  if (build.reason !== undefined && build.run.command === undefined) return build.reason;
  const where = `on ${build.run.instance.slice(-8)}, attempt ${build.attempt}`;
  const note = build.reason === undefined ? '' : ` (${build.reason})`;
  return `${where}, for ${duration(now.getTime() - Date.parse(build.run.submittedAt))}${note}`;
}

function failedSentence(build: Extract<Build, { state: 'failed' }>): string {
  const whose = build.fault === 'user' ? 'yours to mend' : 'not your fault';
  const back = build.rolledBackTo === undefined ? '' : ` Rolled back to ${build.rolledBackTo}.`;
  return `${build.phase}, ${build.reason} (${whose}): ${build.detail}${back}`;
}

/** The record for machines. */
export function toJson(build: Build): Record<string, unknown> {
  const { run: _, ...rest } = { run: undefined, ...build };
  const run = runOf(build);
  return {
    ...rest,
    isFinal: isFinal(build),
    ...(run === undefined ? {} : { instance: run.instance, command: run.command }),
  };
}
