// The statements that are written in OCI, compared with those the pipeline needs.
import type { models } from 'oci-identity';
import { ask, type Finding, failing, inCompartment, type Look, ok, unseen } from './finding.ts';
import { type Deployment, type Grant, grantsOf } from './grants.ts';
import { wholeList } from './pages.ts';
import type { Place } from './place.ts';
import { canonical, isGranted, type Names } from './statements.ts';

/** What no policy of this deployment tells, when there is none of the kind. */
const UNKNOWN_SCHEDULE = '<OCID of the hourly schedule>';

type Known = Omit<Deployment, 'scheduleId' | 'developersGroupId'>;

/** Every grant the pipeline needs, each `ok` or with the statement to add. */
export async function surveyPolicies(
  place: Place,
  { known, dynamicGroups }: { known: Known; dynamicGroups: ReadonlyMap<string, string> },
): Promise<Finding[]> {
  const where = [...new Set([known.compartmentId, known.tenancyId, known.clusterCompartmentId])];
  const lists = await Promise.all(where.map((compartmentId) => policiesIn(place, compartmentId)));
  const statements = lists.flatMap(({ found = [] }) => found).flatMap((policy) => policy.statements);
  const hidden = new Set(where.filter((_, index) => lists[index]?.found === undefined));
  const names = { dynamicGroups, compartments: await compartmentNames(place) };
  return [
    ...lists.flatMap(({ findings }) => findings),
    ...grantFindings({ ...known, ...toldBy(statements, known) }, { statements, names, hidden }),
  ];
}

interface Written {
  readonly statements: readonly string[];
  readonly names: Names;
  /** Compartments whose policies nobody showed. */
  readonly hidden?: ReadonlySet<string>;
}

/** One finding for each principal whose grants are all there, and one for each statement that is missing. */
export function grantFindings(
  deployment: Deployment,
  { statements, names, hidden = new Set() }: Written,
): Finding[] {
  const grants = grantsOf(deployment);
  const missing = missingGrants(grants, { statements, names });
  const lacking = missing.map((grant) =>
    (hidden.size > 0 ? unseen : failing)(`grant of ${grant.who}`, {
      detail: hidden.size > 0 ? 'not seen in the policies you may read' : 'no policy says so',
      mend: `Add to a policy in ${grant.within}: ${grant.statement}`,
    }),
  );
  const complete = [...Map.groupBy(grants, ({ who }) => who)]
    .filter(([who]) => !missing.some((grant) => grant.who === who))
    .map(([who, all]) => ok(`grants of ${who}`, `${all.length} of ${all.length} statements`));
  return [...complete, ...lacking, ...withoutDevelopers(deployment)];
}

/** Grants that the statements do not give. */
export function missingGrants(
  grants: readonly Grant[],
  written: { statements: readonly string[]; names?: Names },
): Grant[] {
  return grants.filter(
    ({ statement, instead = [] }) => ![statement, ...instead].some((text) => isGranted(text, written)),
  );
}

function withoutDevelopers({ developersGroupId }: Deployment): Finding[] {
  if (developersGroupId !== undefined) return [];
  const mend = 'Set developers_group_ocid in terraform.tfvars, terraform apply';
  return [
    unseen('grants of developers', { detail: 'no group of people may push: administrators only', mend }),
  ];
}

/** OCIDs that stand nowhere but in policies: the schedule's, and the developers' group's. */
export function toldBy(
  statements: readonly string[],
  { sourceBucket }: { sourceBucket: string },
): Pick<Deployment, 'scheduleId' | 'developersGroupId'> {
  const texts = statements.map((statement) => canonical(statement));
  const find = (pattern: RegExp, also: string): string | undefined =>
    texts
      .filter((text) => text.includes(also))
      .map((text) => pattern.exec(text)?.[1])
      .find((id) => id !== undefined);
  const scheduleId =
    find(/request\.principal\.id='(ocid1\.[^']+)'/, "'resourceschedule'") ?? UNKNOWN_SCHEDULE;
  const developersGroupId = find(
    /^allow group id (\S+) to/,
    `target.bucket.name='${sourceBucket.toLowerCase()}'`,
  );
  return { scheduleId, ...(developersGroupId === undefined ? {} : { developersGroupId }) };
}

async function policiesIn(
  { clients }: Place,
  compartmentId: string,
): Promise<Look<readonly models.Policy[]>> {
  const client = await clients.identity();
  return ask(`policies in …${compartmentId.slice(-6)}`, {
    get: () => wholeList((page) => client.listPolicies({ compartmentId, limit: 100, ...page })),
    right: inCompartment('POLICY_READ', compartmentId),
  });
}

/** For statements that name their compartment; who may not list them reads statements with OCIDs only. */
async function compartmentNames({ clients, tenancyId }: Place): Promise<ReadonlyMap<string, string>> {
  const client = await clients.identity();
  const request = { compartmentId: tenancyId, compartmentIdInSubtree: true, limit: 100 };
  const { found = [] } = await ask('compartments', {
    get: () => wholeList((page) => client.listCompartments({ ...request, ...page })),
    right: inCompartment('COMPARTMENT_INSPECT', tenancyId),
  });
  return new Map(found.map(({ name, id }) => [name.toLowerCase(), id]));
}
