// A configuration and one call per function, for a toy region.
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { ToyUpload } from './toy-region.ts';

const toyOcid = (type: string): string => `ocid1.${type}.oc1.eu-frankfurt-1.toy`;
const BUILD = '20260101T000000Z-00000000';

/** All that the three functions read. */
export function toyConfig(endpoint: string): Record<string, string> {
  return {
    FN_FN_ID: toyOcid('fnfunc'),
    GALLEY_ENDPOINT: endpoint,
    GALLEY_REGION: 'eu-frankfurt-1',
    GALLEY_BUCKET_NAMESPACE: 'toy',
    GALLEY_BUCKET_NAME: 'galley-source',
    GALLEY_STATE_BUCKET_NAME: 'galley-state',
    GALLEY_COMPARTMENT_ID: toyOcid('compartment'),
    GALLEY_OCIR_ENDPOINT: 'fra.ocir.io/toy/galley',
    GALLEY_BUILD_INSTANCE_ID: toyOcid('instance'),
    GALLEY_APPLY_FUNCTION_ID: toyOcid('fnfunc'),
    GALLEY_APPLY_INVOKE_ENDPOINT: endpoint,
    GALLEY_CLUSTER_ID: toyOcid('cluster'),
  };
}

export const TOY_CALLS = {
  'upload-trigger': {
    eventType: 'com.oraclecloud.objectstorage.createobject',
    data: {
      resourceName: 'apps/toy/toy.tar.gz',
      additionalDetails: { namespace: 'toy', bucketName: 'galley-source', eTag: 'toy' },
    },
  },
  'poll-build': { data: { resourceName: `results/toy/${BUILD}/1` } },
  apply: { app: 'toy', build: BUILD },
} as const satisfies Record<string, object>;

export async function toyUpload(): Promise<ToyUpload> {
  const archive = pack();
  archive.entry({ name: 'Dockerfile' }, 'FROM scratch\n');
  archive.entry({ name: 'galley.yaml' }, 'namespace: toy\n');
  archive.finalize();
  return {
    object: 'apps/toy/toy.tar.gz',
    eTag: 'toy',
    tarball: gzipSync(await buffer(archive)),
  };
}
