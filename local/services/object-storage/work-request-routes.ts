// Reading work requests.

import { invalidParameter, notAuthorizedOrNotFound } from '../../http/errors.ts';
import { pageOf } from '../../http/paging.ts';
import type { Call, Reply, Route } from '../../types.ts';
import type { Storage } from './storage.ts';
import type { WorkRequest, WorkRequests } from './work-requests.ts';

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
  const on = (
    operation: string,
    path: string,
    answer: (request: WorkRequest) => Omit<Reply, 'status'>,
  ): Route => ({
    operation,
    method: 'GET',
    path: `/workRequests/:id${path}`,
    target: (call) => ({ compartmentId: find(requests, call).compartmentId }),
    handle: (call) => ({ status: 200, ...answer(find(requests, call)) }),
  });
  return [
    {
      operation: 'ListWorkRequests',
      method: 'GET',
      path: '/workRequests',
      target: ({ query }) => ({ compartmentId: query.get('compartmentId') ?? '' }),
      handle: ({ query }) => list(storage, query),
    },
    on('GetWorkRequest', '', (request) => ({
      headers: { 'retry-after': RETRY_AFTER },
      body: bodyOf(storage)(request),
    })),
    on('ListWorkRequestErrors', '/errors', ({ error, timeFinished }) => ({
      body: error === undefined ? [] : [{ code: 'CopyFailed', message: error, timestamp: timeFinished }],
    })),
    on('ListWorkRequestLogs', '/logs', ({ timeAccepted, status }) => ({
      body: [{ message: `The copy is ${status}.`, timestamp: timeAccepted }],
    })),
  ];
}

function find(requests: WorkRequests, { params }: Call): WorkRequest {
  const request = requests.find(params.id ?? '');
  if (!request) throw notAuthorizedOrNotFound();
  return request;
}

function list(storage: Storage, query: URLSearchParams): Reply {
  const compartmentId = query.get('compartmentId');
  if (!compartmentId) throw invalidParameter('compartmentId is missing');
  const { items, headers } = pageOf(storage.copies.requests.list(compartmentId), query);
  return { status: 200, headers, body: items.map(bodyOf(storage)) };
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
