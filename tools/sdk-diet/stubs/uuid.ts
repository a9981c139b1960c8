// Request ids and retry tokens: any unique value will do.
import { randomUUID } from 'node:crypto';

export { randomUUID as v1, randomUUID as v4 };
