// Which pods are looked at once more before a rollout is called good.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KubeObject } from '../../../shared/kubernetes/objects.ts';
import { unproven } from '../../../shared/kubernetes/steady.ts';

const test = suite('steady pods');
const NOW = new Date('2026-11-24T10:11:12Z');
const SET: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'cart', namespace: 'shop', uid: 'set' },
  status: { updateRevision: 'r2' },
};

interface Given {
  readonly ready?: boolean;
  readonly since?: string;
  readonly restarts?: number;
  readonly probe?: boolean;
  readonly revision?: string;
}

function pod({
  ready = true,
  since = '2026-11-24T10:11:11Z',
  restarts = 0,
  probe = false,
  revision = 'r2',
}: Given): KubeObject {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'cart', uid: 'set' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'cart-0',
      uid: 'pod',
      labels: { 'controller-revision-hash': revision },
      ownerReferences: [owner],
    },
    spec: { containers: [{ name: 'cart', ...(probe ? { readinessProbe: {} } : {}) }] },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }],
      containerStatuses: [{ name: 'cart', restartCount: restarts }],
    },
  };
}

for (const [what, given, expected] of [
  ['ready for a second, without a probe', {}, 'pod true 0'],
  ['ended already', { ready: false }, 'pod false 0'],
  ['started again', { restarts: 2 }, 'pod true 2'],
  ['on a node whose clock is ahead', { since: '2026-11-24T10:15:00Z' }, 'pod true 0'],
  ['ready for two minutes', { since: '2026-11-24T10:09:00Z' }, ''],
  ['with a probe that says so', { probe: true }, ''],
  ['of the version before', { revision: 'r1' }, ''],
] as [string, Given, string][]) {
  test(`a pod ${what}`, () => {
    const view = { objects: [SET], missing: [], pods: [pod(given)], replicaSets: [] };
    assert.is(unproven(view, NOW), expected);
  });
}

test.run();
