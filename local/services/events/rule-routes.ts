// Rules over the API, as the `oci-events` client uses it.
import { notAuthorizedOrNotFound } from '../../http/errors.ts';
import { fieldsOf } from '../../http/json-body.ts';
import { pageOf } from '../../http/paging.ts';
import { type Call, type Region, type Reply, type Route, ServiceError } from '../../types.ts';
import { changedRule, newRule } from './rule-changes.ts';
import type { Action, Rule, Rules } from './rules.ts';

const RULES = '/20181201/rules';
/** Facts C. */
const MAX_RULES = 50;

export function ruleRoutes(region: Region, rules: Rules): Route[] {
  type Handle = (rule: Rule, call: Call) => Reply | Promise<Reply>;
  const on = (operation: string, method: Route['method'], handle: Handle): Route => ({
    operation,
    method,
    path: `${RULES}/:id`,
    target: (call) => ({ compartmentId: findRule(rules, call).compartmentId }),
    handle: (call) => handle(findRule(rules, call), call),
  });
  return [
    {
      operation: 'ListRules',
      method: 'GET',
      path: RULES,
      target: ({ query }) => ({ compartmentId: query.get('compartmentId') ?? '' }),
      handle: ({ query }) => listRules(rules, query),
    },
    {
      operation: 'CreateRule',
      method: 'POST',
      path: RULES,
      // The compartment is in the body, which only the handler can read.
      auth: 'authenticated',
      handle: (call) => createRule(region, rules, call),
    },
    on('GetRule', 'GET', ruleReply),
    on('UpdateRule', 'PUT', (_, call) => updateRule(region, rules, call)),
    on('DeleteRule', 'DELETE', (rule, call) => deleteRule(rules, rule, call)),
  ];
}

function findRule(rules: Rules, { params }: Call): Rule {
  const rule = rules.find(params.id ?? '');
  if (!rule) throw notAuthorizedOrNotFound();
  return rule;
}

async function updateRule(region: Region, rules: Rules, call: Call): Promise<Reply> {
  const body = await fieldsOf(call);
  const rule = findRule(rules, call);
  checkMatch(call, rule);
  const changed = changedRule(region, rule, body);
  rules.save(changed);
  return ruleReply(changed);
}

function deleteRule(rules: Rules, rule: Rule, call: Call): Reply {
  checkMatch(call, rule);
  rules.remove(rule.id);
  return { status: 204 };
}

/** Control-plane services have one code for it (facts A.6). */
function checkMatch(call: Call, { eTag }: Rule): void {
  const wanted = call.header('if-match');
  if (wanted === undefined || wanted === '*' || wanted === eTag) return;
  throw new ServiceError(412, 'NoEtagMatch', 'The If-Match header does not match the ETag of the rule.');
}

function listRules(rules: Rules, query: URLSearchParams): Reply {
  const fits = (parameter: string, value: string): boolean => [null, value].includes(query.get(parameter));
  const found = rules
    .all()
    .filter((rule) => rule.compartmentId === query.get('compartmentId'))
    .filter((rule) => fits('displayName', rule.displayName) && fits('lifecycleState', stateOf(rule)));
  const { items, headers } = pageOf(found, query);
  return { status: 200, headers, body: items.map(summaryOf) };
}

async function createRule(region: Region, rules: Rules, call: Call): Promise<Reply> {
  const body = await fieldsOf(call);
  const compartmentId = body.required('compartmentId');
  if (!call.principal || !region.wiring.isAllowed(call.principal, 'CreateRule', { compartmentId })) {
    throw notAuthorizedOrNotFound();
  }
  if (rules.all().length >= MAX_RULES) {
    throw new ServiceError(400, 'LimitExceeded', `A tenancy may have ${MAX_RULES} rules.`);
  }
  const rule = newRule(region, body);
  rules.save(rule);
  return ruleReply(rule);
}

function stateOf({ isEnabled }: Rule): 'ACTIVE' | 'INACTIVE' {
  return isEnabled ? 'ACTIVE' : 'INACTIVE';
}

function summaryOf(rule: Rule): object {
  const { eTag: _eTag, actions: _actions, ...shown } = rule;
  return { ...shown, lifecycleState: stateOf(rule) };
}

function ruleReply(rule: Rule): Reply {
  const body = {
    ...summaryOf(rule),
    lifecycleMessage: '',
    actions: { actions: rule.actions.map(actionBody) },
  };
  return { status: 200, headers: { etag: rule.eTag }, body };
}

function actionBody(action: Action): object {
  return { ...action, lifecycleState: action.isEnabled ? 'ACTIVE' : 'INACTIVE', lifecycleMessage: '' };
}
