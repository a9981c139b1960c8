// Reading work requests.

import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import { pageOf } from '../../http/paging.ts';
import type { Call, Reply, Route, Target } from '../../types.ts';
import type { Storage } from './storage.ts';
import type { WorkRequest } from './work-requests.ts';

/** Seconds a client is asked to wait before it looks again. */
const RETRY_AFTER = '1';
const PERCENT: Readonly<Record<WorkRequest['status'], number>> = {
  ACCEPTED: 0,
  IN_PROGRESS: 50,
  COMPLETED: 100,
  FAILED: 100,
};

export function workRequestRoutes(storage: Storage): Route[] {
  const { requests } = storage.copies;
  const find = ({ params }: Call): WorkRequest => {
    const request = requests.find(params.id ?? '');
    if (!request) throw notAuthorizedOrNotFound();
    return request;
  };
  const target = (call: Call): Target => ({ compartmentId: find(call).compartmentId });
  const on = (operation: string, path: string, handle: (call: Call) => Reply): Route => ({
    operation,
    method: 'GET',
    path: `/workRequests/:id${path}`,
    target,
    handle,
  });
  return [
    {
      operation: 'ListWorkRequests',
      method: 'GET',
      path: '/workRequests',
      target: ({ query }) => ({ compartmentId: query.get('compartmentId') ?? '' }),
      handle({ query }) {
        const compartmentId = query.get('compartmentId');
        if (!compartmentId) throw invalidParameter('compartmentId is missing');
        const { items, headers } = pageOf(requests.list(compartmentId), query);
        return { status: 200, headers, body: items.map(bodyOf(storage)) };
      },
    },
    on('GetWorkRequest', '', (call) => ({
      status: 200,
      headers: { 'retry-after': RETRY_AFTER },
      body: bodyOf(storage)(find(call)),
    })),
    on('ListWorkRequestErrors', '/errors', (call) => {
      const { error, timeFinished } = find(call);
      const body =
        error === undefined ? [] : [{ code: 'CopyFailed', message: error, timestamp: timeFinished }];
      return { status: 200, body };
    }),
    on('ListWorkRequestLogs', '/logs', (call) => {
      const { timeAccepted, status } = find(call);
      return { status: 200, body: [{ message: `The copy is ${status}.`, timestamp: timeAccepted }] };
    }),
  ];
}

function bodyOf({ region }: Storage) {
  return ({ id, compartmentId, status, copy, timeAccepted, timeFinished }: WorkRequest): object => {
    const resource = (actionType: string, { bucket, name }: { bucket: string; name: string }): object => ({
      actionType,
      entityType: 'object',
      identifier: name,
      entityUri: `/n/${region.namespace}/b/${bucket}/o/${encodeURIComponent(name)}`,
      metadata: { REGION: region.name, NAMESPACE: region.namespace, BUCKET: bucket, OBJECT: name },
    });
    const isStarted = status !== 'ACCEPTED';
    return {
      operationType: 'COPY_OBJECT',
      status,
      id,
      compartmentId,
      resources: [resource('READ', copy.source), resource('WRITTEN', copy.destination)],
      percentComplete: PERCENT[status],
      timeAccepted,
      ...(isStarted ? { timeStarted: timeAccepted } : {}),
      ...(timeFinished === undefined ? {} : { timeFinished }),
    };
  };
}
