// Bodies in the state bucket: `manifests/`, `plans/`, and the log chunk that holds a bad rollout's evidence.
import type { BuildKey } from '../build/build.ts';
import type { Texts } from '../pipeline/ports.ts';
import type { Bucket } from './bucket.ts';
import { putIf } from './conditional.ts';

/** Admission and rendering keep manifests far below this; more is not read into a function of 256 MB. */
const MANIFESTS_LIMIT_BYTES = 8 * 1024 * 1024;
/** After every chunk that galley-build's attempts can write: attempt k starts at (k-1)·100000+1. */
const EVIDENCE_CHUNK = '900001';

export function ociTexts(state: Bucket): Texts {
  return {
    readManifests: (key) => state.findText(manifestsOf(key), MANIFESTS_LIMIT_BYTES),
    writeManifests: async (key, text) => {
      // One upload has one set of manifests: what stands there already is the same (and may not be overwritten).
      await putIf(state, { object: manifestsOf(key), text, condition: { ifNoneMatch: '*' } });
    },
    writePlan: ({ app, id }, text) => state.put(`plans/${app}/${id}`, text),
    writeEvidence: ({ app, id }, text) => state.put(`logs/${app}/${id}/${EVIDENCE_CHUNK}`, text),
  };
}

function manifestsOf({ app, id }: BuildKey): string {
  return `manifests/${app}/${id}.yaml`;
}
