// The 100 objects of the apply benchmark, and the least that can be done with them.
import pMap from 'p-map';
import { type Cluster, CONCURRENCY } from '../shared/kubernetes/api.ts';
import { type Manifest, parseManifests } from '../shared/kubernetes/manifests.ts';

const OBJECTS = 100;
export const REPOSITORY = 'fra.ocir.io/ns/galley/bench';
export const IMAGE = `${REPOSITORY}@sha256:${'a'.repeat(64)}`;

/** CronJobs, Services and ConfigMaps: nothing to wait for, since kubectl does not. `value` makes all of them differ. */
export function manifests(value: number, image: string): string {
  return Array.from({ length: OBJECTS }, (_, index) => manifest(index, { value, image })).join('---\n');
}

function manifest(index: number, { value, image }: { value: number; image: string }): string {
  const head = (kind: string, api: string): string =>
    `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: o${index}, annotations: {round: "${value}"}}\n`;
  if (index % 4 === 0) {
    const pod = `{spec: {restartPolicy: Never, containers: [{name: c, image: "${image}"}]}}`;
    return `${head('CronJob', 'batch/v1')}spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: ${pod}}}}\n`;
  }
  if (index % 4 === 1) {
    return `${head('Service', 'v1')}spec: {clusterIP: None, selector: {app: o${index}}, ports: [{port: 80}]}\n`;
  }
  return `${head('ConfigMap', 'v1')}data: {value: "${value}"}\n`;
}

/** Every object rehearsed, then sent: what no way of applying them with a rehearsal can be faster than. */
export async function bare(cluster: Cluster, round: number): Promise<void> {
  const objects = parseManifests([{ file: 'set.yaml', text: manifests(round, IMAGE) }]);
  for (const dry of [{ dryRun: 'All' }, {}]) {
    const send = ({ object }: Manifest): Promise<unknown> => {
      const plural = `${object.kind.toLowerCase()}s`;
      const root = object.apiVersion === 'v1' ? '/api/v1' : `/apis/${object.apiVersion}`;
      return cluster.call({
        method: 'PATCH',
        path: `${root}/namespaces/bare/${plural}/${object.metadata.name}`,
        query: { fieldManager: 'galley', fieldValidation: 'Strict', ...dry },
        contentType: 'application/apply-patch+yaml',
        body: object,
      });
    };
    await pMap(objects, send, { concurrency: CONCURRENCY });
  }
}
