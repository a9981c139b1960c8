// Containers made of nothing but busybox.
import type { Fields } from '../../../local/cluster/object.ts';
import { PROBE_IMAGE } from '../../../local/containers/probe-image.ts';

/** Runs a script of busybox' shell. */
export const sh = (script: string): Fields => ({
  image: PROBE_IMAGE,
  imagePullPolicy: 'IfNotPresent',
  command: ['/bin/busybox', 'sh', '-c', script],
});
const NAME = { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
/** Serves a line of text over HTTP; `$POD` in it is the pod's name. */
export const serve = (text: string): Fields => ({
  ...sh(
    `export PATH=/bin; busybox mkdir -p /tmp/w; echo "${text}" > /tmp/w/index.html; echo serving; exec busybox httpd -f -p 8080 -h /tmp/w`,
  ),
  env: [NAME],
  ports: [{ containerPort: 8080, name: 'http' }],
  readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
});
