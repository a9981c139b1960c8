// `pods/NAME/log`: fetched from the node that runs the pod, as the real API server does.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Certificates } from '../certificates.ts';
import { at, type KubeObject, listOf, numberOf, textOf } from '../object.ts';
import { type Api, findResource, getObject } from './api.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { ResourcePath } from './resource-path.ts';
import { builtIn } from './resources.ts';

export interface LogRequest {
  readonly path: ResourcePath;
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
}

/** Throws 404, or 400 when no container is named or the pod has no node yet. */
export async function proxyLog(
  api: Api,
  certificates: Certificates,
  { path, query, response }: LogRequest,
): Promise<void> {
  const resource = findResource(api, path);
  const pod = getObject(api, { resource, namespace: path.namespace ?? '', name: path.name ?? '' });
  const container = query.get('container') ?? onlyContainer(pod);
  const nodeName = textOf(pod.spec?.nodeName);
  if (nodeName === '') throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const node = api.store.get({ resource: builtIn('Node'), namespace: '', name: nodeName });
  const port = numberOf(at(node, 'status', 'daemonEndpoints', 'kubeletEndpoint', 'Port'));
  const address = textOf(listOf(node?.status?.addresses)[0]?.address);
  const url = `https://${address}:${port}/containerLogs/${path.namespace}/${path.name}/${container}?${query}`;
  const answer = await fetchLog(url, certificates);
  response.writeHead(answer.statusCode ?? 502, {
    'content-type': answer.headers['content-type'] ?? 'text/plain',
  });
  await pipeline(answer, response);
}

function onlyContainer(pod: KubeObject): string {
  const names = listOf(pod.spec?.containers).map((container) => textOf(container.name));
  const [first] = names;
  if (names.length === 1 && first !== undefined) return first;
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
  );
}

function fetchLog(url: string, { ca, kubeletClient }: Certificates): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca: ca.cert, cert: kubeletClient.cert, key: kubeletClient.key }, resolve);
    outgoing.once('error', (error) =>
      reject(new ApiError({ code: 500, reason: 'InternalError', message: `Get "${url}": ${error.message}` })),
    );
    outgoing.end();
  });
}
