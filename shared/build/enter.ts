// Entering a state: what outlives the change, and what the new state brings.
import type { Build, Origin, Phase } from './build.ts';

/** The fields that outlive a change of state. */
export function originOf(build: Build): Origin {
  return {
    app: build.app,
    id: build.id,
    object: build.object,
    eTag: build.eTag,
    ...(build.versionId === undefined ? {} : { versionId: build.versionId }),
    uploadedAt: build.uploadedAt,
    namespace: build.namespace,
    policy: build.policy,
    rolloutSeconds: build.rolloutSeconds,
    onFailure: build.onFailure,
    ...(build.shrink === undefined ? {} : { shrink: build.shrink }),
    ...(build.rollbackOf === undefined ? {} : { rollbackOf: build.rollbackOf }),
  };
}

/** The build in its next state, entered `now`. */
export function enter(build: Build, { phase, now }: { phase: Phase; now: Date }): Build {
  return { ...originOf(build), since: now.toISOString(), ...phase };
}
