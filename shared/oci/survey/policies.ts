// The statements that are written in OCI, compared with those the pipeline needs.
import type { models } from 'oci-identity';
import { surveyCompartments } from './compartments.ts';
import { ask, type Finding, failing, inCompartment, type Look, ok, unseen } from './finding.ts';
import { type Deployment, type Grant, grantsOf } from './grants.ts';
import { wholeList } from './pages.ts';
import type { Place } from './place.ts';
import { canonical, isGranted, isWritten, type Names } from './statements.ts';

type Known = Omit<Deployment, 'developersGroupId'>;

/** Every grant the pipeline needs, each `ok` or with the statement to add. */
export async function surveyPolicies(
  place: Place,
  { known, dynamicGroups }: { known: Known; dynamicGroups: ReadonlyMap<string, string> },
): Promise<Finding[]> {
  const compartments = await surveyCompartments(place);
  const own = [known.compartmentId, known.clusterCompartmentId];
  const where = [...new Set(own.flatMap((id) => compartments.above(id)))];
  const lists = await Promise.all(where.map((compartmentId) => policiesIn(place, compartmentId)));
  const statements = lists.flatMap(({ found = [] }) => found).flatMap((policy) => policy.statements);
  const hidden = new Set(where.filter((_, index) => lists[index]?.found === undefined));
  const names = { dynamicGroups, compartments: compartments.byName, above: compartments.above };
  return [
    ...lists.flatMap(({ findings }) => findings),
    ...grantFindings({ ...known, ...developersIn(statements, known) }, { statements, names, hidden }),
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
    .map(([who, all]) => ok(`grants of ${who}`, granted(all, { statements, names })));
  return [...complete, ...lacking, ...withoutDevelopers(deployment)];
}

function granted(grants: readonly Grant[], written: Written): string {
  const wide = grants.filter(({ statement }) => !isWritten(statement, written));
  const all = `${grants.length} of ${grants.length} statements`;
  return wide.length === 0 ? all : `${all}, ${wide.length} of them by wider ones than are needed`;
}

/** Grants that the statements do not give. */
export function missingGrants(
  grants: readonly Grant[],
  written: { statements: readonly string[]; names?: Names },
): Grant[] {
  return grants.filter(({ statement }) => !isGranted(statement, written));
}

function withoutDevelopers({ developersGroupId }: Deployment): Finding[] {
  if (developersGroupId !== undefined) return [];
  const mend = 'Set developers_group_ocid in terraform.tfvars, terraform apply';
  return [
    unseen('grants of developers', { detail: 'no group of people may push: administrators only', mend }),
  ];
}

/** The developers' group, whose OCID stands nowhere but in policies: those who may upload. */
export function developersIn(
  statements: readonly string[],
  { sourceBucket }: { sourceBucket: string },
): Pick<Deployment, 'developersGroupId'> {
  const uploading = statements
    .map((statement) => canonical(statement))
    .filter((text) => text.includes(`target.bucket.name='${sourceBucket.toLowerCase()}'`));
  const [id] = uploading.flatMap((text) => /^allow group id (\S+) to/.exec(text)?.[1] ?? []);
  return id === undefined ? {} : { developersGroupId: id };
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
