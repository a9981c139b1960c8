import { controlPlaneBinaries, startControlPlane } from '../../helpers/cluster.ts';
import { deploySuite } from './deploy-suite.ts';

deploySuite({
  name: 'the real control plane',
  start: controlPlaneBinaries() ? () => startControlPlane() : undefined,
  missing: 'kube-apiserver and etcd (npm run tools)',
});
