// One build of one uploaded tarball: its states, what each of them knows, and the arrows between them.

/** Which build: ids sort in upload order within an app. */
export interface BuildKey {
  readonly app: string;
  readonly id: string;
}

/** What never changes after admission. */
export interface Origin extends BuildKey {
  /** Object name in the source bucket (shortened when too long to keep; such an upload is rejected). */
  readonly object: string;
  readonly eTag: string;
  readonly versionId?: string;
  /** ISO 8601 UTC, milliseconds; from the listing of the source bucket, whichever door the upload came through. */
  readonly uploadedAt: string;
  readonly namespace: string;
  readonly policy: 'supersede' | 'queue';
  readonly rolloutSeconds: number;
  readonly onFailure: 'rollback' | 'keep';
  /** The app may lose more than half of its objects (`prune: {shrink: true}`). */
  readonly shrink?: boolean;
  /** An old build whose image and manifests this one deploys again. */
  readonly rollbackOf?: string;
}

/** The Run Command that builds it: kept in every later state, for the slot is held until the command is over. */
export interface Run {
  /** 1, 2, …: counts commands of this build. */
  readonly attempt: number;
  readonly instance: string;
  /** Slot number on the instance, from 0. */
  readonly slot: number;
  /** Command OCID; absent until the created command is known. */
  readonly command?: string;
  readonly submittedAt: string;
  /** The command was seen to be over: whoever saw it gives the slot back, or else the sweep does. */
  readonly isOver?: true;
}

export type Fault = 'user' | 'platform';

export interface Queued {
  readonly state: 'queued';
  /** Attempts used up so far. */
  readonly attempt: number;
  /** Why it waits, for people. */
  readonly reason: string;
  /** Place among all that wait for a slot, when a sweep last looked; only the first sixteen know it. */
  readonly position?: number;
  /** Backoff: not submitted before. */
  readonly notBefore?: string;
  /** Instances that failed it, comma separated; passed over while another is there. */
  readonly avoid?: string;
  /** Changes when a stale claim on a slot is revoked, so that the claimer's swap loses. */
  readonly revoked?: number;
  readonly run?: Run;
}

export interface Building {
  readonly state: 'building';
  readonly attempt: number;
  readonly run: Run;
  /** The agent must have fetched the command by then. */
  readonly deliverBy: string;
  /** The command must be over by then. */
  readonly runBy: string;
  /** Why the command is being stopped; retried or ended once it is over. */
  readonly stopping?: string;
  readonly stoppingSince?: string;
  /** Why OCI has not taken the command yet; which instances were passed over. */
  readonly reason?: string;
  readonly avoid?: string;
}

export interface Pushed {
  readonly state: 'pushed';
  readonly attempt: number;
  /** `<repository>@sha256:…` */
  readonly image: string;
  readonly applyBy: string;
  readonly run?: Run;
}

export interface Applying {
  readonly state: 'applying';
  readonly attempt: number;
  readonly image: string;
  readonly rolloutBy: string;
  /** What is being waited for. */
  readonly reason?: string;
  readonly run?: Run;
}

export interface Deployed {
  readonly state: 'deployed';
  readonly image: string;
  /** URL, cluster address or `pending`. */
  readonly endpoint: string;
  readonly report?: string;
  readonly run?: Run;
}

export interface Rejected {
  readonly state: 'rejected';
  readonly rule: string;
  readonly path?: string;
  readonly detail: string;
}

export interface Failed {
  readonly state: 'failed';
  /** Where: `deliver`, `build`, `push`, `plan`, `apply`, `rollout`, … */
  readonly phase: string;
  readonly reason: string;
  readonly detail: string;
  readonly fault: Fault;
  readonly exitCode?: number;
  readonly image?: string;
  readonly rolledBackTo?: string;
  readonly run?: Run;
}

export interface Canceled {
  readonly state: 'canceled';
  readonly by: string;
  readonly run?: Run;
}

export interface Superseded {
  readonly state: 'superseded';
  /** The newer build. */
  readonly by: string;
  readonly run?: Run;
}

export type Phase =
  | Queued
  | Building
  | Pushed
  | Applying
  | Deployed
  | Rejected
  | Failed
  | Canceled
  | Superseded;
export type State = Phase['state'];
/** `since`: when the state was entered, ISO 8601. */
export type Build = Origin & { readonly since: string } & Phase;
export type In<S extends State> = Extract<Build, { readonly state: S }>;

/** The whole machine. A state with no next state is final. A build without an image to build starts as pushed. */
export const NEXT = {
  queued: ['building', 'failed', 'canceled', 'superseded'],
  building: ['queued', 'pushed', 'failed', 'canceled'],
  pushed: ['applying', 'failed', 'canceled', 'superseded'],
  applying: ['deployed', 'failed', 'superseded'],
  deployed: [],
  rejected: [],
  failed: [],
  canceled: [],
  superseded: [],
} as const satisfies Record<State, readonly State[]>;

export function isFinal(build: Build): boolean {
  return NEXT[build.state].length === 0;
}

/** The command of a build that has one. */
export function runOf(build: Build): Run | undefined {
  return 'run' in build ? build.run : undefined;
}
