// Reads of Notifications (API 20181201) and Monitoring (API 20180401), and PublishMessage.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import { fieldsOf } from '../../http/json-body.ts';
import { pageOf } from '../../http/paging.ts';
import type { Call, Region, Reply, Route, Target } from '../../types.ts';
import type { Alarm } from './alarms.ts';
import type { Notify } from './messages.ts';
import { type Subscription, subscriptionsOf, type Topic, topicsOf } from './subscriptions.ts';

interface Inside {
  readonly alarms: readonly Alarm[];
  readonly notify: Notify;
}

type Located = { readonly id: string; readonly compartmentId: string };

export function notificationRoutes(region: Region, { alarms, notify }: Inside): Route[] {
  const [topics, subscriptions] = [topicsOf(region), subscriptionsOf(region)];
  return [
    ...reading({ noun: 'Topic', path: '/20181201/topics', things: topics, show: topicBody(region) }),
    {
      operation: 'PublishMessage',
      method: 'POST',
      path: '/20181201/topics/:id/messages',
      target: (call) => ({ compartmentId: findIn(topics, call).compartmentId }),
      async handle(call) {
        const body = await fieldsOf(call);
        const message = { title: body.text('title') ?? '', body: body.required('body') };
        const messageId = notify(findIn(topics, call).id, message);
        return { status: 202, body: { messageId, timeStamp: region.now().toISOString() } };
      },
    },
    ...reading({
      noun: 'Subscription',
      path: '/20181201/subscriptions',
      things: subscriptions,
      show: subscriptionBody,
    }),
    ...reading({ noun: 'Alarm', path: '/20180401/alarms', things: alarms, show: alarmBody }),
  ];
}

function findIn<Thing extends Located>(things: readonly Thing[], { params }: Call): Thing {
  const found = things.find(({ id }) => id === params.id);
  if (!found) throw notAuthorizedOrNotFound();
  return found;
}

/** List and get of one kind of thing. */
function reading<Thing extends Located>(kind: {
  noun: 'Topic' | 'Subscription' | 'Alarm';
  path: string;
  things: readonly Thing[];
  show: (thing: Thing) => object;
}): Route[] {
  const { noun, path, things, show } = kind;
  return [
    {
      operation: `List${noun}s`,
      method: 'GET',
      path,
      target: ({ query }) => ({ compartmentId: query.get('compartmentId') ?? '' }),
      handle: ({ query }): Reply => {
        const shown = things
          .filter(({ compartmentId }) => compartmentId === query.get('compartmentId'))
          .map(show)
          .filter((body) => isAskedFor(body, query));
        const { items, headers } = pageOf(shown, query);
        return { status: 200, headers, body: items };
      },
    },
    {
      operation: `Get${noun}`,
      method: 'GET',
      path: `${path}/:id`,
      target: (call): Target => targetOf(findIn(things, call)),
      handle: (call): Reply => ({ status: 200, headers: {}, body: show(findIn(things, call)) }),
    },
  ];
}

/** Filters have the names of the fields they look at. */
function isAskedFor(body: object, query: URLSearchParams): boolean {
  const fields: Readonly<Record<string, unknown>> = { ...body };
  return ['id', 'name', 'topicId', 'displayName', 'lifecycleState'].every((name) =>
    [null, fields[name]].includes(query.get(name)),
  );
}

/** Reading an alarm is reading its metric too (facts iam 4.2). */
function targetOf(thing: Located): Target {
  const { compartmentId } = thing;
  if (!('namespace' in thing)) return { compartmentId };
  return { compartmentId, variables: { 'target.metrics.namespace': String(thing.namespace) } };
}

const ACTIVE = { lifecycleState: 'ACTIVE', freeformTags: {}, definedTags: {} };

function topicBody(region: Region): (topic: Topic) => object {
  const timeCreated = region.now().toISOString();
  return ({ id, name, compartmentId, description, eTag }) => ({
    topicId: id,
    name,
    compartmentId,
    description,
    etag: eTag,
    timeCreated,
    apiEndpoint: region.endpoint,
    ...ACTIVE,
  });
}

function subscriptionBody({ id, topicId, compartmentId, protocol, endpoint, eTag }: Subscription): object {
  return { id, topicId, compartmentId, protocol, endpoint, etag: eTag, ...ACTIVE };
}

function alarmBody(alarm: Alarm): object {
  const { repeatMinutes, destinations, ...shown } = alarm;
  const repeat = repeatMinutes === undefined ? {} : { repeatNotificationDuration: `PT${repeatMinutes}M` };
  return { ...shown, destinations, resolution: '1m', ...repeat, ...ACTIVE };
}
