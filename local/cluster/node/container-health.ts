// What probes make of a running container: started, ready, or to be restarted.
import { type Fields, isFields, numberOf } from '../object.ts';
import type { ContainerLoop } from './container-start.ts';
import { keepProbing } from './probes.ts';
import type { StartedContainer } from './runtime.ts';

/** Probes until the signal ends; without probes a running container is ready. */
export function watchHealth(loop: ContainerLoop, container: StartedContainer, signal: AbortSignal): void {
  const { spec, view, sandbox } = loop;
  const probing = (probe: Fields, onVerdict: (isGood: boolean, why: string) => void): void =>
    void keepProbing({ probe, spec, sandbox, container, signal, onVerdict });
  const afterStartup = (): void => {
    view.isStarted = true;
    if (isFields(spec.livenessProbe))
      probing(
        spec.livenessProbe,
        (isGood, why) => isGood || restart(loop, container, `Liveness probe failed: ${why}`),
      );
    if (!isFields(spec.readinessProbe)) setReady(loop, true);
    else probing(spec.readinessProbe, (isGood, why) => setReady(loop, isGood, why));
  };
  if (!isFields(spec.startupProbe)) {
    afterStartup();
    return;
  }
  const startup = new AbortController();
  const until = AbortSignal.any([signal, startup.signal]);
  void keepProbing({
    probe: spec.startupProbe,
    spec,
    sandbox,
    container,
    signal: until,
    onVerdict(isGood, why) {
      startup.abort();
      if (isGood) afterStartup();
      else restart(loop, container, `Startup probe failed: ${why}`);
    },
  });
}

function setReady(loop: ContainerLoop, isReady: boolean, why = ''): void {
  const { view, pod, record } = loop;
  if (!isReady)
    record(pod, { type: 'Warning', reason: 'Unhealthy', message: `Readiness probe failed: ${why}` });
  if (view.isReady === isReady) return;
  view.isReady = isReady;
  loop.changed();
}

function restart({ pod, view, record }: ContainerLoop, container: StartedContainer, why: string): void {
  record(pod, { type: 'Warning', reason: 'Unhealthy', message: why });
  record(pod, {
    type: 'Normal',
    reason: 'Killing',
    message: `Container ${view.name} failed its probe, will be restarted`,
  });
  void container.stop(numberOf(pod.spec?.terminationGracePeriodSeconds, 30));
}
