import { suite } from 'uvu';
import { controlPlaneBinaries } from '../helpers/cluster.ts';
import { needs } from '../helpers/needs.ts';
import { endToEnd } from './suite.ts';

if (controlPlaneBinaries() !== undefined) {
  endToEnd({ cluster: 'real', functions: 'containers' });
} else {
  const test = suite('end to end, real cluster');
  const what = 'kube-apiserver, etcd, kube-controller-manager (npm run tools)';
  test(
    'the suite',
    needs(false, { name: 'end to end, real cluster', what }, () => {}),
  );
  test.run();
}
