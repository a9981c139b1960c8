// A command and its execution on the one instance it is for, as it stands in the database.

export type DeliveryState = 'VISIBLE' | 'PENDING' | 'ACKED' | 'ACKED_CANCELED' | 'EXPIRED';
export type LifecycleState = 'ACCEPTED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'CANCELED';

/** What a user sent. */
export interface CommandRequest {
  readonly compartmentId: string;
  readonly instanceId: string;
  readonly displayName: string | undefined;
  readonly executionTimeOutInSeconds: number;
  readonly script: string;
  /** Sent with a text source it makes the command end with 127, as in the field (facts: run-command 1.3). */
  readonly commandString: string | undefined;
}

export interface Command extends CommandRequest {
  readonly id: string;
  /** Order of creation, and OCI's `sequenceNumber`. */
  readonly sequence: number;
  readonly eTag: string;
  readonly timeCreated: Date;
  readonly timeUpdated: Date;
  readonly isCanceled: boolean;
  readonly deliveryState: DeliveryState;
  readonly lifecycleState: LifecycleState;
  readonly exitCode: number | undefined;
  readonly message: string | undefined;
  readonly output: string | undefined;
  readonly startedAt: Date | undefined;
  /** Not fetched before: a fault holds it back. */
  readonly heldUntil: Date | undefined;
  /** Why its script was told to end, and when. */
  readonly stopping: 'TIMED_OUT' | 'CANCELED' | undefined;
  readonly stoppingSince: Date | undefined;
  /** Its result never arrives: a fault. */
  readonly isLost: boolean;
}

/** What changes after the creation. */
export type CommandChange = Partial<
  Pick<
    Command,
    | 'isCanceled'
    | 'deliveryState'
    | 'lifecycleState'
    | 'exitCode'
    | 'message'
    | 'output'
    | 'startedAt'
    | 'heldUntil'
    | 'stopping'
    | 'stoppingSince'
    | 'isLost'
  >
>;

/** Has the command ended, or will it never be delivered? */
export function isOver({ lifecycleState, deliveryState }: Command): boolean {
  return deliveryState === 'EXPIRED' || !['ACCEPTED', 'IN_PROGRESS'].includes(lifecycleState);
}
