// Everything the pipeline needs, looked at from the outside; nothing is changed.
import { surveyBuckets } from './buckets.ts';
import { surveyClock } from './clock.ts';
import { surveyCluster, surveyRoles } from './cluster.ts';
import { type Finding, unseen } from './finding.ts';
import { type FunctionIds, surveyFunctions } from './functions.ts';
import { surveyInstances } from './instances.ts';
import { type Place, repositoryPrefix } from './place.ts';
import { surveyPolicies } from './policies.ts';
import { type Principals, surveyPrincipals } from './principals.ts';
import { surveyReach } from './reach.ts';
import { surveyRules } from './rules.ts';
import { surveySchedule } from './schedule.ts';
import { surveyStrangers } from './strangers.ts';

/** Findings in the order of an upload's way. */
export async function survey(place: Place): Promise<Finding[]> {
  const [reach, buckets, functions, instances, cluster] = await Promise.all([
    surveyReach(place),
    surveyBuckets(place),
    surveyFunctions(place),
    surveyInstances(place),
    surveyCluster(place),
  ]);
  const ids = functions.found ?? {};
  const [principals, schedule, rules] = await Promise.all([
    surveyPrincipals(place, ids),
    surveySchedule(place, ids['poll-build']),
    surveyRules(place, ids),
  ]);
  const [clock, strangers, grants, roles] = await Promise.all([
    surveyClock(place, ids['poll-build']),
    surveyStrangers(place, principals.found),
    grantsOf(place, {
      ids,
      principals: principals.found,
      scheduleId: schedule.found?.id,
      repositoriesIn: rules.found?.repositoriesIn,
      clusterCompartmentId: cluster.found?.compartmentId,
    }),
    surveyRoles(place, groupOf(principals.found)),
  ]);
  return [
    ...reach,
    ...buckets,
    ...rules.findings,
    ...functions.findings,
    ...clock,
    ...schedule.findings,
    ...instances,
    ...cluster.findings,
    ...roles,
    ...principals.findings,
    ...strangers,
    ...grants,
  ];
}

function groupOf(principals: Principals | undefined): string | undefined {
  return principals?.subjects.apply.split(' id ')[1];
}

async function grantsOf(
  place: Place,
  about: {
    ids: FunctionIds;
    principals: Principals | undefined;
    scheduleId: string | undefined;
    repositoriesIn: string | undefined;
    clusterCompartmentId: string | undefined;
  },
): Promise<Finding[]> {
  const { ids, principals, clusterCompartmentId = place.compartmentId } = about;
  const { scheduleId = '<OCID of the hourly schedule>', repositoriesIn = place.tenancyId } = about;
  if (principals === undefined) {
    const mend = 'Let yourself look at dynamic groups first, see above';
    return [unseen('grants', { detail: 'they name dynamic groups, which were not seen', mend })];
  }
  const known = {
    region: place.region,
    tenancyId: place.tenancyId,
    compartmentId: place.compartmentId,
    sourceBucket: place.sourceBucket,
    stateBucket: place.stateBucket,
    instances: place.instances,
    functions: {
      uploadTrigger: ids['upload-trigger'] ?? '<OCID of upload-trigger>',
      pollBuild: ids['poll-build'] ?? '<OCID of poll-build>',
      apply: place.applyFunctionId,
    },
    clusterId: place.clusterId,
    clusterCompartmentId,
    repositoryPrefix: repositoryPrefix(place),
    subjects: principals.subjects,
    scheduleId,
    repositoriesIn,
    ...place.options,
  };
  const dynamicGroups = new Map(principals.dynamicGroups.map(({ name, id }) => [name.toLowerCase(), id]));
  return surveyPolicies(place, { known, dynamicGroups });
}
