import { endToEnd } from './suite.ts';

endToEnd({ cluster: 'stand-in', functions: 'processes' });
