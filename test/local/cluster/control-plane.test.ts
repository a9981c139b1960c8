import { suite } from 'uvu';
import { controlPlaneBinaries, startControlPlane } from '../../helpers/cluster.ts';
import { needs } from '../../helpers/needs.ts';
import { clusterSuite } from './suite.ts';

if (controlPlaneBinaries()) {
  clusterSuite('control plane', () => startControlPlane());
} else {
  const test = suite('cluster: control plane');
  const what =
    'no kube-apiserver, etcd and kube-controller-manager; run `npm run tools` or set KUBEBUILDER_ASSETS';
  test(
    'the suite of clusters',
    needs(false, { what, name: 'cluster suite against the control plane' }, () => undefined),
  );
  test.run();
}
