// The pipeline's ports over OCI.
import type { Log } from '../log.ts';
import type { Ports } from '../pipeline/ports.ts';
import { type ApplyFunction, leaveToSweep, ociApplier } from './applier.ts';
import { openBucket } from './bucket.ts';
import { ociCancels } from './cancels.ts';
import type { Clients } from './clients.ts';
import { ociCommands } from './commands.ts';
import { ociHeads } from './heads.ts';
import { ociInstances } from './instances.ts';
import { ociRecords } from './records.ts';
import { ociResults } from './results.ts';
import { ociSlots } from './slots.ts';
import { ociTexts } from './texts.ts';
import { ociUploads } from './uploads.ts';

export interface LivePlace {
  readonly namespace: string;
  readonly sourceBucket: string;
  readonly stateBucket: string;
  readonly compartmentId: string;
  /** Absent for a function that does not invoke apply. */
  readonly applyFunction?: ApplyFunction;
}

/** All ports for one principal. Nothing is sent before one is used. */
export function livePorts(
  place: LivePlace,
  { clients, log, now = () => new Date() }: { clients: Clients; log: Log; now?: () => Date },
): Ports {
  const { namespace, sourceBucket, stateBucket, compartmentId, applyFunction } = place;
  const state = openBucket(clients, { namespace, bucket: stateBucket });
  const source = openBucket(clients, { namespace, bucket: sourceBucket });
  return {
    records: ociRecords(state),
    uploads: ociUploads(source),
    slots: ociSlots(state),
    heads: ociHeads(state),
    cancels: ociCancels(state),
    commands: ociCommands(clients, { compartmentId, now }),
    instances: ociInstances(clients, { compartmentId }),
    results: ociResults(state, log),
    texts: ociTexts(state),
    applier: applyFunction === undefined ? leaveToSweep : ociApplier(clients, { ...applyFunction, log }),
    now,
    log,
  };
}
