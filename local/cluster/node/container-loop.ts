// One container of a pod from its image to its last end: pull, start, probe, restart with back-off.
import { type KubeObject, textOf } from '../object.ts';
import { watchHealth } from './container-health.ts';
import { type ContainerLoop, stamp, untilStarted, wait } from './container-start.ts';
import type { ContainerExit, StartedContainer } from './runtime.ts';

/** Ends when the container has ended for good, or the signal says so. */
export async function runContainerLoop(loop: ContainerLoop): Promise<void> {
  const policy = loop.view.isInit ? initPolicy(loop.pod) : textOf(loop.pod.spec?.restartPolicy) || 'Always';
  while (!loop.signal.aborted) {
    const container = await untilStarted(loop);
    if (!container) return;
    const exit = await runToExit(loop, container);
    const isAgain = policy === 'Always' || (policy === 'OnFailure' && exit.exitCode !== 0);
    loop.view.isFinal = !isAgain;
    loop.changed();
    if (!isAgain || loop.signal.aborted) return;
    await backOff(loop);
  }
}

/** An init container that ended well is not run again; one that failed is, unless the policy is Never. */
function initPolicy(pod: KubeObject): string {
  return pod.spec?.restartPolicy === 'Never' ? 'Never' : 'OnFailure';
}

async function runToExit(loop: ContainerLoop, container: StartedContainer): Promise<ContainerExit> {
  const { view, signal } = loop;
  const startedAt = view.state.kind === 'running' ? view.state.startedAt : stamp(loop);
  loop.onContainer(container);
  const ended = new AbortController();
  const while_ = AbortSignal.any([signal, ended.signal]);
  watchHealth(loop, container, while_);
  loop.changed();
  const exit = await container.exited;
  ended.abort();
  const log = await container.logs().catch(() => '');
  loop.onContainer(undefined, log);
  await container.remove().catch(() => undefined);
  view.isReady = view.isInit && exit.exitCode === 0;
  view.isStarted = false;
  const reason = exit.isOutOfMemory ? 'OOMKilled' : exit.exitCode === 0 ? 'Completed' : 'Error';
  view.state = {
    kind: 'terminated',
    ...{ exitCode: exit.exitCode, reason, startedAt, finishedAt: stamp(loop), containerID: view.containerID },
  };
  return exit;
}

/** The first restart comes at once; from the second on the container waits, and says so. */
async function backOff(loop: ContainerLoop): Promise<void> {
  const { view, pod, record } = loop;
  view.last = view.state;
  if (view.restartCount > 0) {
    const seconds = loop.backOffSeconds * Math.min(30, 2 ** (view.restartCount - 1));
    const { name, namespace, uid } = pod.metadata;
    const message = `back-off ${seconds}s restarting failed container=${view.name} pod=${name}_${namespace}(${uid})`;
    view.state = { kind: 'waiting', reason: 'CrashLoopBackOff', message };
    record(pod, {
      type: 'Warning',
      reason: 'BackOff',
      message: `Back-off restarting failed container ${view.name} in pod ${name}_${namespace}(${uid})`,
    });
    loop.changed();
    await wait(loop, view.restartCount - 1);
  }
  view.restartCount += 1;
}
