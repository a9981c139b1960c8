// What applying asks of the cluster; shared/kubernetes/deploy.ts answers it.

export interface DeployRequest {
  readonly app: string;
  readonly namespace: string;
  /** Build id: the sequence that the cluster's own fence compares. */
  readonly build: string;
  /** `<repository>@sha256:…`, or any reference when the user gave the image. */
  readonly image: string;
  readonly manifests: string;
  readonly lastGood?: LastGood;
  readonly deadline: Date;
  readonly onFailure: 'rollback' | 'keep';
  readonly shrink: boolean;
  readonly isRollback: boolean;
  /** This invocation must be back by then; `waiting` says so. */
  readonly until: Date;
  /** Asked before every effect: false ends the work at once. */
  stillMine(): Promise<boolean>;
  savePlan(text: string): Promise<void>;
  saveEvidence(text: string): Promise<void>;
}

/** What is gone back to when the build turns out bad. */
export interface LastGood {
  readonly build: string;
  readonly image: string;
  /** Read only when it is gone back to; undefined when they are no longer kept. */
  manifests(): Promise<string | undefined>;
}

export type DeployOutcome =
  | { readonly kind: 'ready'; readonly endpoint: string; readonly report: string }
  | { readonly kind: 'waiting'; readonly detail: string }
  | { readonly kind: 'fenced'; readonly by: string }
  | { readonly kind: 'lost' }
  | {
      readonly kind: 'failed';
      readonly phase: string;
      readonly reason: string;
      readonly detail: string;
      readonly fault: 'user' | 'platform';
      readonly rolledBackTo?: string;
    };

export interface Cluster {
  deploy(request: DeployRequest): Promise<DeployOutcome>;
}
