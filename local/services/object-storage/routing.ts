// Makes the routes of Object Storage: what they act on says what IAM is asked.
import type { Call, Reply, Route, Target } from '../../types.ts';
import { checkBucketName } from './names.ts';
import { bucketOf, bucketTarget, denied, objectNameOf, type Storage } from './storage.ts';

/** Method and path, such as `GET /n/:namespace/b/:bucket`. */
type Line = `${Route['method']} /${string}`;
type Handle = (storage: Storage, call: Call) => Promise<Reply> | Reply;
type Targeting = (storage: Storage, call: Call) => Target;

export interface Routing {
  /** On a bucket. */
  bucket(operation: string, line: Line, handle: Handle): Route;
  /** On the object named in the path; `target` where the permission depends on more than that. */
  object(operation: string, line: Line, handle: Handle | { handle: Handle; target: Targeting }): Route;
  /** What it acts on is in the body, which only the handler can read: it asks IAM itself. */
  body(operation: string, line: Line, handle: Handle): Route;
}

export function routing(storage: Storage): Routing {
  const route = (
    operation: string,
    line: Line,
    rest: { handle: Handle } & Omit<Partial<Route>, 'handle'>,
  ): Route => {
    const [method, path] = line.split(' ') as [Route['method'], string];
    return { ...rest, operation, method, path, handle: (call) => rest.handle(storage, call) };
  };
  return {
    bucket: (operation, line, handle) =>
      route(operation, line, { handle, target: (call) => namedBucket(storage, call), denied }),
    object(operation, line, given) {
      const { handle, target } = typeof given === 'function' ? { handle: given, target: namedObject } : given;
      return route(operation, line, { handle, target: (call) => target(storage, call), denied });
    },
    body: (operation, line, handle) => route(operation, line, { handle, auth: 'authenticated' }),
  };
}

function namedBucket(storage: Storage, call: Call): Target {
  checkBucketName(call.params.bucket ?? '');
  return bucketTarget(bucketOf(storage, call));
}

function namedObject(storage: Storage, call: Call): Target {
  return bucketTarget(bucketOf(storage, call), objectNameOf(call));
}
