// Runs the controllers: after every change those of its namespace, and once a second all, for deadlines.
import type { Log } from '../../../log.ts';
import { type Api, resourcesOf } from '../api.ts';
import { ApiError } from '../api-error.ts';
import type { Change } from '../object-store.ts';
import { builtIn } from '../resources.ts';
import { reconcileDaemonSets } from './daemon-set.ts';
import { reconcileDeployments } from './deployment.ts';
import { reconcileEndpointSlices } from './endpoint-slice.ts';
import { collectGarbage } from './garbage-collector.ts';
import { reconcileJobs } from './job.ts';
import { reconcileNamespace } from './namespace.ts';
import { reconcileReplicaSets } from './replica-set.ts';
import { reconcileStatefulSets } from './stateful-set.ts';

/** Looks at one namespace and does what is missing; safe to repeat, and quiet when nothing is. */
type Controller = (api: Api, namespace: string) => void;

const controllers: readonly Controller[] = [
  reconcileNamespace,
  reconcileDeployments,
  reconcileReplicaSets,
  reconcileStatefulSets,
  reconcileDaemonSets,
  reconcileJobs,
  reconcileEndpointSlices,
  collectGarbage,
];
/** Those that wait for a time: a progress deadline, minReadySeconds, activeDeadlineSeconds. */
const timed: readonly Controller[] = [
  reconcileDeployments,
  reconcileReplicaSets,
  reconcileStatefulSets,
  reconcileDaemonSets,
  reconcileJobs,
];
const DEADLINE_CHECK_MS = 1000;

export function startControllers(api: Api, log: Log): { stop(): void } {
  const dirty = new Set<string>();
  let scheduled: NodeJS.Immediate | undefined;
  const tick = (): void => {
    scheduled = undefined;
    const namespaces = [...dirty];
    dirty.clear();
    for (const namespace of namespaces) run(controllers, { api, namespace, log });
  };
  const mark = (...namespaces: readonly string[]): void => {
    for (const namespace of namespaces) dirty.add(namespace);
    scheduled ??= setImmediate(tick);
  };
  const names = (): string[] =>
    api.store.list(builtIn('Namespace')).map((namespace) => namespace.metadata.name);
  const unsubscribe = api.store.onChange((change) => mark(...namespacesOf(api, change)));
  const timer = setInterval(() => {
    for (const name of names()) run(timed, { api, namespace: name, log });
  }, DEADLINE_CHECK_MS);
  mark('', ...names());
  return {
    stop() {
      unsubscribe();
      clearInterval(timer);
      if (scheduled) clearImmediate(scheduled);
    },
  };
}

/** A node matters to the DaemonSets of every namespace. */
function namespacesOf(api: Api, { resource, object }: Change): string[] {
  if (resource.kind === 'Namespace') return [object.metadata.name];
  if (resource.kind !== 'Node') return [object.metadata.namespace ?? ''];
  return api.store.list(builtIn('Namespace')).map((namespace) => namespace.metadata.name);
}

interface Round {
  readonly api: Api;
  readonly namespace: string;
  readonly log: Log;
}

function run(some: readonly Controller[], { api, namespace, log }: Round): void {
  for (const controller of some) {
    try {
      controller(api, namespace);
    } catch (error) {
      // One bad object must not stop the controllers; the next change or the clock tries again.
      const said =
        error instanceof ApiError ? error.message : error instanceof Error ? error.stack : String(error);
      log('a controller of the stand-in failed', { controller: controller.name, namespace, error: said });
    }
  }
}

/** Everything in a namespace, of every kind. */
export function contentsOf(api: Api, namespace: string) {
  const kinds = resourcesOf(api).filter((resource) => resource.namespaced);
  return kinds.flatMap((resource) =>
    api.store.list(resource, namespace).map((object) => ({ resource, object })),
  );
}
