import { startStandIn } from '../../helpers/cluster.ts';
import { deploySuite } from './deploy-suite.ts';

deploySuite({ name: 'the stand-in', start: () => startStandIn(), missing: '' });
