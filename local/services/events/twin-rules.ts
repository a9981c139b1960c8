// Rules as Terraform's `oci_events_rule` has them, in both of its forms (facts C).
import { randomUUID } from 'node:crypto';
import type { Region, TwinResource } from '../../types.ts';
import type { Action, Rule } from './rules.ts';

type Values = Readonly<Record<string, unknown>>;

/** Throws TypeError naming the rule for an action the region does not play. */
export function declaredRule({ now, compartmentId }: Region, { values, name }: TwinResource): Rule {
  const text = (field: string): string | undefined => {
    const value = values[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    id: text('id') ?? `ocid1.eventrule.oc1..${name}`,
    compartmentId: text('compartment_id') ?? compartmentId,
    displayName: text('display_name') ?? name,
    description: text('description'),
    isEnabled: values.is_enabled !== false,
    condition: text('condition') ?? conditionOf(blocks(values.condition_details)[0] ?? {}),
    actions: actionBlocks(values).map((action) => actionOf(action, name)),
    eTag: randomUUID(),
    timeCreated: now().toISOString(),
    freeformTags: { ...blockOf(values.freeform_tags) },
    definedTags: { ...blockOf(values.defined_tags) },
  };
}

/** `condition_details { event_types = […] data = jsonencode({…}) }` says no more than these two. */
function conditionOf({ event_types: types, data }: Values): string {
  const parsed: unknown = typeof data === 'string' && data !== '' ? JSON.parse(data) : undefined;
  return JSON.stringify({
    ...(Array.isArray(types) && types.length > 0 ? { eventType: types } : {}),
    ...(parsed === undefined ? {} : { data: parsed }),
  });
}

/** `actions { action { … } }` since provider 8.22, `actions { actions { … } }` before. */
function actionBlocks(values: Values): Values[] {
  return blocks(values.actions).flatMap(({ action, actions }) => [...blocks(action), ...blocks(actions)]);
}

function actionOf(values: Values, rule: string): Action {
  const common = {
    id: typeof values.id === 'string' ? values.id : `ocid1.eventaction.oc1..${rule}`,
    isEnabled: values.is_enabled !== false,
    description: typeof values.description === 'string' ? values.description : undefined,
  };
  const type = String(values.action_type).toUpperCase();
  if (type === 'FAAS') return { ...common, actionType: 'FAAS', functionId: String(values.function_id) };
  if (type === 'ONS') return { ...common, actionType: 'ONS', topicId: String(values.topic_id) };
  throw new TypeError(`oci_events_rule.${rule}: the local region plays actions FAAS and ONS, not ${type}`);
}

function blocks(value: unknown): Values[] {
  return Array.isArray(value) ? value.map(blockOf) : [];
}

function blockOf(value: unknown): Values {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
