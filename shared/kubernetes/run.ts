// One invocation of a deploy: its clock, its lease, its cluster.
import { PipelineError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Allowed, NOTHING_ALLOWED } from './admission.ts';
import type { Cluster } from './api.ts';
import { type Discovery, discover } from './discovery.ts';

export interface DeployInput {
  readonly app: string;
  readonly namespace: string;
  /** Build id: the sequence that the cluster's own fence compares. */
  readonly build: string;
  /** `<repository>@sha256:…`, or any reference when the user gave the image. */
  readonly image: string;
  /** The app's OCIR repository without tag. */
  readonly repository: string;
  /** Multi-document YAML; `# Source:` comments say which file a document came from. */
  readonly manifests: string;
  readonly lastGood?: LastGood;
  /** The rollout is lost when it is not good by then. */
  readonly deadline: Date;
  readonly onFailure: 'rollback' | 'keep';
  /** The set may lose more than half of its objects. */
  readonly shrink: boolean;
  readonly isRollback: boolean;
  /** This invocation must be back by then; `waiting` says so. */
  readonly until: Date;
  readonly allowed?: Allowed;
  /** Asked before effects: false ends the work at once. */
  stillMine(): Promise<boolean>;
  savePlan(text: string): Promise<void>;
  /** What was found at a bad rollout; called before anything is rolled back. */
  saveEvidence(text: string): Promise<void>;
}

/** What is gone back to when the build turns out bad. */
export interface LastGood {
  readonly build: string;
  readonly image: string;
  /** Read only when it is gone back to; undefined when they are no longer kept. */
  manifests(): Promise<string | undefined>;
}

export interface DeployPorts {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
  readonly log: Log;
}

export interface Run {
  readonly cluster: Cluster;
  readonly discovery: Discovery;
  readonly input: DeployInput;
  readonly ports: DeployPorts;
  readonly allowed: Allowed;
  /** Titles of the objects that this invocation has changed, in order. */
  readonly applied: string[];
  /** Passes when the lease is still ours and there is time. @throws PipelineError `LeaseLost` or `OutOfTime` */
  guard(): Promise<void>;
}

/** Asking the lease costs a request to Object Storage; it is asked at most this often. */
const GUARD_MS = 2000;

export function startRun(cluster: Cluster, input: DeployInput, ports: DeployPorts): Run {
  let asked = Number.NEGATIVE_INFINITY;
  return {
    cluster,
    discovery: discover(cluster),
    input,
    ports,
    allowed: input.allowed ?? NOTHING_ALLOWED,
    applied: [],
    async guard() {
      const now = ports.now();
      if (now >= input.until) throw outOfTime('the objects are being sent');
      if (now.getTime() - asked < GUARD_MS) return;
      if (!(await input.stillMine())) {
        throw new PipelineError('the lease of the app is lost', { retry: 'later', reason: 'LeaseLost' });
      }
      asked = now.getTime();
    },
  };
}

/** The invocation ends here; the next one goes on. */
export function outOfTime(detail: string): PipelineError {
  return new PipelineError(detail, { retry: 'later', reason: 'OutOfTime' });
}
