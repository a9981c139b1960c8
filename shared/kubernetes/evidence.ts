// What the cluster knows about a bad rollout, collected before anything of it is undone: events and last log lines.
import pMap from 'p-map';
import { messageOf } from '../errors.ts';
import { isStatus, shorten } from './api-error.ts';
import { EVENTS, listObjects } from './lists.ts';
import { countAt, type KubeObject, textAt, titleOf } from './objects.ts';
import { type ContainerState, containersOf, isReady, newestReplicaSet } from './pods.ts';
import { forbidden } from './rbac.ts';
import { podsOf, type View } from './rollout.ts';
import type { Run } from './run.ts';

/** Three pods of a set say what all of them would; twenty lines are what kubectl and krane show. */
const PODS_ASKED = 3;
const LINES = 20;
/** One log chunk of the record. */
const LIMIT = 60_000;

/** A text for people. What cannot be read is said in it; collecting never fails. */
export async function evidenceOf(
  run: Run,
  found: { culprits: readonly KubeObject[]; view: View },
): Promise<string> {
  const pods = podsOf(found.culprits, found.view)
    .filter((pod) => !isReady(pod))
    .slice(0, PODS_ASKED);
  const replicaSets = found.culprits.flatMap((one) => newestReplicaSet(one, found.view) ?? []);
  const asked = [...found.culprits, ...replicaSets, ...pods];
  const events = await pMap(asked, (object) =>
    attempt(`events of ${titleOf(object)}`, () => eventsOf(run, object)),
  );
  const logs = await pMap(pods, (pod) => logsOf(run, pod));
  return [...events, ...pods.map(statesOf), ...logs].filter(Boolean).join('\n\n').slice(0, LIMIT);
}

async function attempt(what: string, read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    const { message, hint } = isStatus(error, 403)
      ? forbidden([error])
      : { message: messageOf(error), hint: undefined };
    return `(${what} could not be read: ${shorten(message, 300)})${hint === undefined ? '' : `\n${hint}`}`;
  }
}

async function eventsOf(run: Run, object: KubeObject): Promise<string> {
  const { namespace, uid } = object.metadata;
  const fieldSelector = `involvedObject.uid=${uid ?? ''}`;
  const events = await listObjects(run.cluster, EVENTS, { namespace: namespace ?? 'default', fieldSelector });
  const lines = events.sort((a, b) => timeOf(a).localeCompare(timeOf(b))).map(eventLine);
  return lines.length === 0 ? '' : [`events of ${titleOf(object)}:`, ...lines.slice(-LINES)].join('\n');
}

function timeOf(event: KubeObject): string {
  return (
    textAt(event, 'lastTimestamp') ??
    textAt(event, 'eventTime') ??
    textAt(event, 'metadata', 'creationTimestamp') ??
    ''
  );
}

function eventLine(event: KubeObject): string {
  const times = countAt(event, 'count') > 1 ? ` (${countAt(event, 'count')} times)` : '';
  const words = shorten(textAt(event, 'message') ?? '', 400).replaceAll('\n', ' ');
  return `  ${timeOf(event)} ${textAt(event, 'type') ?? ''} ${textAt(event, 'reason') ?? ''}: ${words}${times}`;
}

function statesOf(pod: KubeObject): string {
  const lines = containersOf(pod)
    .filter(({ waiting, ended }) => waiting !== '' || ended !== '')
    .map(({ name, waiting, message, restarts, exitCode, ended }) => {
      const last =
        ended === ''
          ? ''
          : `, last ended ${ended}${exitCode === undefined ? '' : ` (exit code ${exitCode})`}`;
      return `  container ${name}: ${waiting || 'not waiting'}, ${restarts} restarts${last} ${message}`.trimEnd();
    });
  return lines.length === 0 ? '' : [`${titleOf(pod)}:`, ...lines].join('\n');
}

async function logsOf(run: Run, pod: KubeObject): Promise<string> {
  const started = containersOf(pod).filter(hasLog);
  const texts = await pMap(started, (container) => logOf(run, pod, container));
  return texts.filter(Boolean).join('\n\n');
}

/** It ran, and not to a good end. */
function hasLog({ restarts, ended, waiting }: ContainerState): boolean {
  return restarts > 0 || (ended !== 'Completed' && (ended !== '' || waiting === ''));
}

function logOf(run: Run, pod: KubeObject, { name, restarts, waiting }: ContainerState): Promise<string> {
  // Between two starts the log is that of the run before.
  const isPrevious = restarts > 0 && waiting !== '';
  const title = `log of ${titleOf(pod)}, container ${name}`;
  return attempt(title, async () => {
    const { namespace = '', name: podName } = pod.metadata;
    const { body } = await run.cluster.call({
      method: 'GET',
      isOptional: true,
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(podName)}/log`,
      query: {
        container: name,
        tailLines: String(LINES),
        limitBytes: String(LIMIT / 4),
        ...(isPrevious ? { previous: 'true' } : {}),
      },
    });
    const text = String(body).trimEnd();
    return text === '' ? '' : `${title}${isPrevious ? ' (before its last restart)' : ''}:\n${text}`;
  });
}
