// Rules as clients write them.
import { randomBytes, randomUUID } from 'node:crypto';
import { invalidParameter } from '../../http/errors.ts';
import { type Fields, fields } from '../../http/json-body.ts';
import type { Region } from '../../types.ts';
import { parseCondition } from './matching.ts';
import type { Action, Rule } from './rules.ts';

/** Reads CreateRuleDetails. Throws 400 `InvalidParameter` naming the field. */
export function newRule(region: Region, body: Fields): Rule {
  const isEnabled = body.flag('isEnabled');
  if (isEnabled === undefined) throw invalidParameter('isEnabled is missing');
  return {
    id: ocid(region, 'eventrule'),
    compartmentId: body.required('compartmentId'),
    displayName: body.required('displayName'),
    description: body.text('description'),
    isEnabled,
    condition: conditionIn(body.required('condition')),
    actions: actionsIn(region, body.all.actions),
    eTag: randomUUID(),
    timeCreated: region.now().toISOString(),
    ...tagsIn(body, { freeformTags: {}, definedTags: {} }),
  };
}

/** Reads UpdateRuleDetails: what is not named stays. */
export function changedRule(region: Region, rule: Rule, body: Fields): Rule {
  const condition = body.text('condition');
  return {
    ...rule,
    displayName: body.text('displayName') ?? rule.displayName,
    description: body.text('description') ?? rule.description,
    isEnabled: body.flag('isEnabled') ?? rule.isEnabled,
    condition: condition === undefined ? rule.condition : conditionIn(condition),
    actions: body.all.actions === undefined ? rule.actions : actionsIn(region, body.all.actions),
    eTag: randomUUID(),
    ...tagsIn(body, rule),
  };
}

function conditionIn(text: string): string {
  parseCondition(text);
  return text;
}

function actionsIn(region: Region, value: unknown): Action[] {
  const list = fields(value, 'actions').all.actions;
  if (!Array.isArray(list) || list.length === 0)
    throw invalidParameter('actions.actions must have an action');
  return list.map((entry) => actionIn(region, fields(entry, 'An action')));
}

function actionIn(region: Region, body: Fields): Action {
  const common = {
    id: ocid(region, 'eventaction'),
    isEnabled: body.flag('isEnabled') ?? true,
    description: body.text('description'),
  };
  const type = body.required('actionType');
  if (type === 'FAAS') return { ...common, actionType: 'FAAS', functionId: body.required('functionId') };
  if (type === 'ONS') return { ...common, actionType: 'ONS', topicId: body.required('topicId') };
  throw invalidParameter(`actionType: the local region plays FAAS and ONS, not ${type}`);
}

function tagsIn({ all }: Fields, otherwise: Pick<Rule, 'freeformTags' | 'definedTags'>) {
  const { freeformTags = otherwise.freeformTags, definedTags = otherwise.definedTags } = all;
  return { freeformTags: { ...Object(freeformTags) }, definedTags: { ...Object(definedTags) } };
}

function ocid({ name }: Region, type: string): string {
  return `ocid1.${type}.oc1.${name}.${randomBytes(30).toString('hex')}`;
}
