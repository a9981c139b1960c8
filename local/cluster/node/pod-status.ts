// A pod's status from the states of its containers, in the kubelet's words.
import { type Fields, type KubeObject, listOf, textOf } from '../object.ts';

export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: string }
  | {
      readonly kind: 'terminated';
      readonly exitCode: number;
      readonly reason: string;
      readonly startedAt: string;
      readonly finishedAt: string;
      readonly containerID: string;
    };

export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly isInit: boolean;
  imageID: string;
  containerID: string;
  state: ContainerState;
  last: ContainerState | undefined;
  isReady: boolean;
  isStarted: boolean;
  restartCount: number;
  /** It has ended and will not be started again. */
  isFinal: boolean;
}

export interface PodNetwork {
  readonly podIP: string;
  readonly startTime: string;
}

export function newView(spec: Fields, isInit: boolean): ContainerView {
  return {
    name: textOf(spec.name),
    image: textOf(spec.image),
    isInit,
    imageID: '',
    containerID: '',
    state: { kind: 'waiting', reason: isInit ? 'PodInitializing' : 'ContainerCreating' },
    last: undefined,
    isReady: false,
    isStarted: false,
    restartCount: 0,
    isFinal: false,
  };
}

/** The whole `status` to write. `before` keeps the transition times of conditions that hold. */
export function podStatus(
  before: KubeObject,
  views: readonly ContainerView[],
  at: PodNetwork & { now: string },
): Fields {
  const main = views.filter((view) => !view.isInit);
  const initial = views.filter((view) => view.isInit);
  return {
    phase: phaseOf(initial, main),
    conditions: conditionsOf(before, { main, initial, now: at.now }),
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    ...(at.podIP === '' ? {} : { podIP: at.podIP, podIPs: [{ ip: at.podIP }] }),
    startTime: at.startTime,
    containerStatuses: main.map(statusOf),
    ...(initial.length > 0 ? { initContainerStatuses: initial.map(statusOf) } : {}),
  };
}

function statusOf(view: ContainerView): Fields {
  const { name, image, imageID, containerID, restartCount, isReady, isStarted } = view;
  const last = view.last ? stateOf(view.last) : {};
  return {
    name,
    image,
    imageID,
    containerID,
    restartCount,
    ready: isReady,
    started: isStarted,
    state: stateOf(view.state),
    lastState: last,
  };
}

function stateOf({ kind, ...rest }: ContainerState): Fields {
  return { [kind]: rest };
}

function phaseOf(initial: readonly ContainerView[], main: readonly ContainerView[]): string {
  const failed = (view: ContainerView): boolean =>
    view.state.kind === 'terminated' && view.state.exitCode !== 0;
  if (initial.some((view) => view.isFinal && failed(view))) return 'Failed';
  if (main.every((view) => view.isFinal)) return main.some(failed) ? 'Failed' : 'Succeeded';
  const hasRun = (view: ContainerView): boolean => view.state.kind !== 'waiting' || view.last !== undefined;
  return main.every(hasRun) ? 'Running' : 'Pending';
}

interface Parts {
  readonly main: readonly ContainerView[];
  readonly initial: readonly ContainerView[];
  readonly now: string;
}

function conditionsOf(before: KubeObject, { main, initial, now }: Parts): Fields[] {
  const uninitialized = initial.filter(
    (view) => !(view.isFinal && view.state.kind === 'terminated' && view.state.exitCode === 0),
  );
  const unready = main.filter((view) => !view.isReady);
  const isOver = main.length > 0 && main.every((view) => view.isFinal);
  const readiness = unreadiness(unready, isOver);
  const wanted: Fields[] = [
    { type: 'PodReadyToStartContainers', status: 'True' },
    {
      type: 'Initialized',
      ...(uninitialized.length === 0
        ? { status: 'True' }
        : lacking('ContainersNotInitialized', 'incomplete', uninitialized)),
    },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', status: 'True' },
  ];
  const known = listOf(before.status?.conditions);
  return wanted.map((condition) => {
    const same = known.find((each) => each.type === condition.type && each.status === condition.status);
    return { ...condition, lastProbeTime: null, lastTransitionTime: same?.lastTransitionTime ?? now };
  });
}

function unreadiness(unready: readonly ContainerView[], isOver: boolean): Fields {
  if (unready.length === 0) return { status: 'True' };
  return isOver
    ? { status: 'False', reason: 'PodCompleted' }
    : lacking('ContainersNotReady', 'unready', unready);
}

function lacking(reason: string, word: string, views: readonly ContainerView[]): Fields {
  const names = views.map((view) => view.name).join(' ');
  return { status: 'False', reason, message: `containers with ${word} status: [${names}]` };
}
