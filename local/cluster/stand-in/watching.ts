// Lists, and watches: a stream of JSON lines that begins where the client's list ended.
import type { ServerResponse } from 'node:http';
import type { Fields, KubeObject } from '../object.ts';
import type { Api } from './api.ts';
import { ApiError } from './api-error.ts';
import type { Change } from './object-store.ts';
import { groupVersionOf, type Resource } from './resources.ts';
import { fieldSelector, labelSelector, type Matches } from './selectors.ts';

export interface Selection {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly matches: Matches;
}

export function selectionOf(
  path: { resource: Resource; namespace: string | undefined; name?: string | undefined },
  query: URLSearchParams,
): Selection {
  const labels = labelSelector(query.get('labelSelector') ?? '');
  const fields = fieldSelector(query.get('fieldSelector') ?? '');
  const isNamed: Matches = (object) => path.name === undefined || object.metadata.name === path.name;
  return { ...path, matches: (object) => isNamed(object) && labels(object) && fields(object) };
}

export function listObjects(api: Api, selection: Selection): Fields {
  const { resource } = selection;
  const items = selectObjects(api, selection).map(({ apiVersion: _, kind: __, ...rest }) => rest);
  const metadata = { resourceVersion: String(api.store.revision()) };
  return { kind: `${resource.kind}List`, apiVersion: groupVersionOf(resource), metadata, items };
}

export function selectObjects(api: Api, { resource, namespace, matches }: Selection): KubeObject[] {
  const byName = (one: KubeObject, other: KubeObject): number =>
    `${one.metadata.namespace}/${one.metadata.name}` < `${other.metadata.namespace}/${other.metadata.name}`
      ? -1
      : 1;
  return api.store.list(resource, namespace).filter(matches).sort(byName);
}

/** Streams until the client goes or its `timeoutSeconds` are over. Throws 410 when the start is no longer known. */
export function watchObjects(
  api: Api,
  selection: Selection,
  to: { response: ServerResponse; query: URLSearchParams },
): void {
  const { response, query } = to;
  if (query.has('sendInitialEvents')) throw watchListForbidden();
  const from = query.get('resourceVersion') ?? '';
  const isFresh = from === '' || from === '0';
  const missed = isFresh ? [] : api.store.since(Number(from));
  if (missed === undefined)
    throw new ApiError({ code: 410, reason: 'Expired', message: `too old resource version: ${from}` });
  response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  const send = (type: string, object: KubeObject): void =>
    void response.write(`${JSON.stringify({ type, object })}\n`);
  if (isFresh) for (const object of selectObjects(api, selection)) send('ADDED', object);
  const tell = (change: Change): void => {
    if (isIn(selection, change)) send(change.type, change.object);
  };
  missed.forEach(tell);
  const stop = api.store.onChange(tell);
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const timer = seconds > 0 ? setTimeout(() => response.end(), seconds * 1000) : undefined;
  response.once('close', () => {
    stop();
    clearTimeout(timer);
  });
}

function isIn({ resource, namespace, matches }: Selection, change: Change): boolean {
  const isSameKind = change.resource.plural === resource.plural && change.resource.group === resource.group;
  return (
    isSameKind &&
    (namespace === undefined || change.object.metadata.namespace === namespace) &&
    matches(change.object)
  );
}

/** Clients that try a streaming list fall back to list and watch on this answer. */
function watchListForbidden(): ApiError {
  const message =
    'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
  return new ApiError({ code: 422, reason: 'Invalid', message });
}
