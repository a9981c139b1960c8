// Who is who: the dynamic groups that the pipeline's functions and instances are members of.
import type { models } from 'oci-identity';
import { ask, type Finding, failing, inCompartment, type Look, ok } from './finding.ts';
import type { FunctionIds } from './functions.ts';
import type { FunctionWord } from './grants.ts';
import { wholeList } from './pages.ts';
import type { Place } from './place.ts';

export type Subjects = Readonly<Record<FunctionWord | 'buildInstance', string>>;

export interface Principals {
  readonly subjects: Subjects;
  readonly dynamicGroups: readonly models.DynamicGroup[];
}

interface Member {
  readonly key: keyof Subjects;
  /** The name deploy/ gives its group. */
  readonly group: string;
  readonly who: string;
  /** Parts of matching rules that make it a member; the first one is what deploy/ writes. */
  readonly rules: readonly string[];
}

function members({ compartmentId, instances }: Place, functions: FunctionIds): readonly Member[] {
  const fn = (key: FunctionWord, name: keyof FunctionIds): Member => ({
    key,
    group: `galley-${name}`,
    who: `functions/${name}`,
    rules: [
      `ALL {resource.type = 'fnfunc', resource.id = '${functions[name] ?? `<OCID of ${name}>`}'}`,
      `ALL {resource.type = 'fnfunc', resource.compartment.id = '${compartmentId}'}`,
    ],
  });
  return [
    fn('uploadTrigger', 'upload-trigger'),
    fn('pollBuild', 'poll-build'),
    fn('apply', 'apply'),
    {
      key: 'buildInstance',
      group: 'galley-build-instance',
      who: 'the Build Instance',
      rules: [
        `ALL {instance.compartment.id = '${compartmentId}'}`,
        ...instances.map((id) => `ALL {instance.id = '${id}'}`),
      ],
    },
  ];
}

export async function surveyPrincipals(place: Place, functions: FunctionIds): Promise<Look<Principals>> {
  const client = await place.clients.identity();
  const { found, findings } = await ask('dynamic groups', {
    get: () =>
      wholeList((page) => client.listDynamicGroups({ compartmentId: place.tenancyId, limit: 100, ...page })),
    right: inCompartment('DYNAMIC_GROUP_INSPECT', place.tenancyId),
  });
  if (found === undefined) return { findings, found: undefined };
  const looks = members(place, functions).map((member) => ({ member, group: groupOf(member, found) }));
  const subjects = Object.fromEntries(
    looks.map(({ member, group }) => [
      member.key,
      group === undefined ? `dynamic-group ${member.group}` : `dynamic-group id ${group.id}`,
    ]),
  ) as Subjects;
  return { findings: looks.map(judge), found: { subjects, dynamicGroups: found } };
}

function judge({ member, group }: { member: Member; group: models.DynamicGroup | undefined }): Finding {
  const what = `dynamic group of ${member.who}`;
  if (group !== undefined) return ok(what, group.name);
  return failing(what, {
    detail: 'there is none, so no policy reaches it',
    mend: `Create dynamic group ${member.group} with the rule: ${member.rules[0]}`,
  });
}

/** A group may ask for less or more (a tag, any of several): it counts when its rule holds all parts of one of ours. */
function groupOf({ rules }: Member, groups: readonly models.DynamicGroup[]): models.DynamicGroup | undefined {
  for (const rule of rules) {
    const parts = [...rule.matchAll(/[\w.]+ = '[^']*'/g)].map(([part]) => tidy(part));
    const found = groups.find(({ matchingRule }) => parts.every((part) => tidy(matchingRule).includes(part)));
    if (found !== undefined) return found;
  }
  return undefined;
}

function tidy(text: string): string {
  return text.toLowerCase().replace(/\s+/g, '').replaceAll('"', "'");
}
