// Topics and subscriptions, as the twin has them.
import type { Region, TwinResource } from '../../types.ts';

export interface Topic {
  readonly id: string;
  readonly name: string;
  readonly compartmentId: string;
  readonly description: string;
  readonly eTag: string;
}

export interface Subscription {
  readonly id: string;
  readonly topicId: string;
  readonly compartmentId: string;
  readonly protocol: string;
  /** OCID of the function for ORACLE_FUNCTIONS, else an address. */
  readonly endpoint: string;
  readonly eTag: string;
  /** Seconds after which a message that does not arrive is given up. */
  readonly retrySeconds: number;
  /** Seconds before the second attempt; doubled for each one after. */
  readonly pauseSeconds: number;
}

/** ONS retries for two hours unless the subscription says otherwise (facts G). */
const RETRY_SECONDS = 7200;
const PAUSE_SECONDS = 60;

export function topicsOf({ twin, compartmentId }: Region): Topic[] {
  return twin.of('oci_ons_notification_topic').map((resource) => {
    const text = texts(resource);
    return {
      id: text('topic_id') || text('id'),
      name: text('name'),
      compartmentId: text('compartment_id') || compartmentId,
      description: text('description'),
      eTag: text('etag'),
    };
  });
}

export function subscriptionsOf({ twin, compartmentId }: Region): Subscription[] {
  return twin.of('oci_ons_subscription').map((resource) => {
    const text = texts(resource);
    return {
      id: text('id'),
      topicId: text('topic_id'),
      compartmentId: text('compartment_id') || compartmentId,
      protocol: text('protocol'),
      endpoint: text('endpoint'),
      eTag: text('etag'),
      ...policyIn(text('delivery_policy')),
    };
  });
}

function texts({ values }: TwinResource): (field: string) => string {
  return (field) => {
    const value = values[field];
    return typeof value === 'string' ? value : '';
  };
}

/** `{"backoffRetryPolicy":{"initialDelayInFailureRetry":60000,"maxRetryDuration":7200000,…}}`, milliseconds. */
function policyIn(text: string): Pick<Subscription, 'retrySeconds' | 'pauseSeconds'> {
  const policy = text === '' ? undefined : JSON.parse(text).backoffRetryPolicy;
  const seconds = (value: unknown, otherwise: number): number =>
    typeof value === 'number' ? value / 1000 : otherwise;
  return {
    retrySeconds: seconds(policy?.maxRetryDuration, RETRY_SECONDS),
    pauseSeconds: seconds(policy?.initialDelayInFailureRetry, PAUSE_SECONDS),
  };
}
