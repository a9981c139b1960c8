// Instances that policies take for a Build Instance though they are none: a group by compartment holds all that are in it.
import { ask, type Finding, failing, inCompartment, ok } from './finding.ts';
import { wholeList } from './pages.ts';
import type { Place } from './place.ts';
import type { Principals } from './principals.ts';

/** Named at most; a compartment with nodes of a cluster may hold hundreds. */
const NAMED = 3;

/** Nothing is said of a group that asks for more than the compartment: a tag, or the instance's own OCID. */
export async function surveyStrangers(place: Place, principals: Principals | undefined): Promise<Finding[]> {
  const { clients, compartmentId, instances } = place;
  if (!isByCompartment(principals)) return [];
  const what = 'builders';
  const client = await clients.compute();
  const { found, findings } = await ask(what, {
    get: () => wholeList((page) => client.listInstances({ compartmentId, limit: 100, ...page })),
    right: inCompartment('INSTANCE_READ', compartmentId),
  });
  if (found === undefined) return [...findings];
  const strangers = found.filter(
    ({ id, lifecycleState }) => !instances.includes(id) && lifecycleState !== 'TERMINATED',
  );
  if (strangers.length === 0) return [ok(what, 'no other instance is in the compartment')];
  const names = strangers.slice(0, NAMED).map(({ displayName = '', id }) => displayName || id);
  const more = strangers.length > NAMED ? ` and ${strangers.length - NAMED} more` : '';
  const detail = `${names.join(', ')}${more} may do all that the Build Instance may: its group takes every instance of the compartment`;
  const mend = 'Set build_instance_tag in terraform.tfvars, terraform apply';
  return [failing(what, { detail, mend })];
}

function isByCompartment(principals: Principals | undefined): boolean {
  const id = principals?.subjects.buildInstance.split(' id ')[1];
  const rule = principals?.dynamicGroups.find((group) => group.id === id)?.matchingRule ?? '';
  return /instance\.compartment\.id/i.test(rule) && !/\btag\.|instance\.id/i.test(rule);
}
