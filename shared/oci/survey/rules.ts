// The three Events rules: without them only the minute's clock starts anything.
import type { models } from 'oci-events';
import { ask, type Finding, failing, inCompartment, judged, type Look } from './finding.ts';
import type { FunctionIds, FunctionName } from './functions.ts';
import { wholeList } from './pages.ts';
import { type Place, repositoryPrefix } from './place.ts';

interface Wanted {
  readonly name: string;
  readonly starts: FunctionName;
  /** What its condition must say, as parts of the JSON. */
  readonly says: readonly string[];
  readonly loss: string;
}

function wantedRules(place: Place): readonly Wanted[] {
  const [created, updated] = ['createobject', 'updateobject'].map(
    (event) => `"com.oraclecloud.objectstorage.${event}"`,
  ) as [string, string];
  return [
    {
      name: 'upload',
      starts: 'upload-trigger',
      says: [created, updated, `"${place.sourceBucket}"`, '"apps/'],
      loss: 'uploads wait for the clock',
    },
    {
      name: 'result',
      starts: 'poll-build',
      says: [created, updated, `"${place.stateBucket}"`, '"results/*"'],
      loss: 'finished builds wait for the clock',
    },
    {
      name: 'push',
      starts: 'apply',
      says: ['"com.oraclecloud.artifacts.uploaddockerimage"', `/${repositoryPrefix(place)}/`],
      loss: 'pushed images wait for the clock',
    },
  ];
}

/** And where the rule for pushed images stands, which is where the apps' repositories are. */
export async function surveyRules(
  place: Place,
  functions: FunctionIds,
): Promise<Look<{ repositoriesIn: string }>> {
  // The rule for images stands in the root, where OCIR makes repositories of new apps.
  const lists = await Promise.all(
    [place.compartmentId, place.tenancyId].map((compartmentId) => rulesIn(place, compartmentId)),
  );
  const rules = lists.flatMap(({ found = [] }) => found);
  const hidden = lists.flatMap(({ findings }) => findings);
  const looks = wantedRules(place).map(async (wanted) => {
    const rule = rules.find(({ condition }) => isAbout(condition, wanted));
    if (rule !== undefined) return oneRule(place, { wanted, rule, functionId: functions[wanted.starts] });
    if (hidden.length > 0) return hidden.map((finding) => ({ ...finding, what: `rule for ${wanted.name}` }));
    const mend = 'terraform apply: deploy/events.tf makes it';
    return [failing(`rule for ${wanted.name}`, { detail: `there is none: ${wanted.loss}`, mend })];
  });
  const push = rules.find(({ condition }) =>
    wantedRules(place).some((one) => one.name === 'push' && isAbout(condition, one)),
  );
  const repositoriesIn = push?.compartmentId ?? place.tenancyId;
  return { findings: (await Promise.all(looks)).flat(), found: { repositoriesIn } };
}

async function rulesIn(
  { clients }: Place,
  compartmentId: string,
): Promise<Look<readonly models.RuleSummary[]>> {
  const client = await clients.events();
  return ask('rules', {
    get: () => wholeList((page) => client.listRules({ compartmentId, limit: 50, ...page })),
    right: inCompartment('EVENTRULE_LIST, EVENTRULE_READ', compartmentId),
  });
}

/** Conditions are JSON; whoever wrote it by hand may have put blanks in. */
function isAbout(condition: string, { says }: Wanted): boolean {
  const text = condition.replace(/\s+/g, '');
  return says.every((part) => text.includes(part));
}

async function oneRule(
  { clients, compartmentId }: Place,
  about: { wanted: Wanted; rule: models.RuleSummary; functionId: string | undefined },
): Promise<readonly Finding[]> {
  const { wanted, rule, functionId } = about;
  const what = `rule ${rule.displayName}`;
  const client = await clients.events();
  const { found, findings } = await ask(what, {
    get: () => client.getRule({ ruleId: rule.id }),
    right: inCompartment('EVENTRULE_READ', rule.compartmentId ?? compartmentId),
  });
  if (found === undefined) return findings;
  const { isEnabled, lifecycleState, lifecycleMessage = '', actions } = found.rule;
  const action = actions.actions.find((one) => isFunction(one) && one.functionId === functionId);
  const problems = [
    ...(isEnabled ? [] : [`it is disabled: ${wanted.loss}`]),
    ...(isEnabled && lifecycleState !== 'ACTIVE'
      ? [`it is ${lifecycleState} ${lifecycleMessage}`.trim()]
      : []),
    ...(action === undefined ? [`it does not start ${wanted.starts}`] : actionProblems(action)),
  ];
  const mend = `oci events rule update --rule-id ${rule.id} --is-enabled true, or terraform apply`;
  return [judged(what, { problems, detail: `active, starts ${wanted.starts}`, mend })];
}

function isFunction(action: models.Action): action is models.FaaSAction {
  return action.actionType === 'FAAS';
}

/** An action whose function was deleted goes on looking enabled; its own state tells. */
function actionProblems({ isEnabled, lifecycleState, lifecycleMessage }: models.Action): string[] {
  if (isEnabled !== true) return ['its action is disabled'];
  return String(lifecycleState) === 'ACTIVE'
    ? []
    : [`its action is ${lifecycleState} ${lifecycleMessage}`.trim()];
}
