import { startStandIn } from '../../helpers/cluster.ts';
import { clusterSuite } from './suite.ts';

clusterSuite('stand-in', () => startStandIn());
