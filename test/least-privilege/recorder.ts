// Every question that IAM is asked while a pipeline runs, once each, and for which app it was asked.
import type { Principal, Region, Target } from '../../local/types.ts';

export interface Asked {
  /** What was going on: the app's name, which the scenario chose to say so. */
  readonly step: string;
  readonly principal: Principal;
  readonly operation: string;
  readonly target: Target;
}

/** Records from now on. The list grows while the region runs. */
export function record(region: Region): readonly Asked[] {
  const all = new Map<string, Asked>();
  const { wiring, tenancyId } = region;
  const isAllowed = wiring.isAllowed.bind(wiring);
  Object.assign(wiring, {
    isAllowed: (principal: Principal, operation: string, given: Target | undefined) => {
      const target = given ?? { compartmentId: tenancyId };
      const asked = { step: stepOf(target), principal, operation, target };
      const key = JSON.stringify([principal.id, operation, target, asked.step]).replace(BUILD_ID, '');
      if (!all.has(key)) {
        all.set(key, asked);
        list.push(asked);
      }
      return isAllowed(principal, operation, given);
    },
  });
  const list: Asked[] = [];
  return list;
}

const BUILD_ID = /\d{8}T\d{6}Z-[0-9a-f]{8}|ocid1\.instanceagentcommand[\w.-]+/g;

/** Objects are `<folder>/<app>/…`, repositories `<prefix>/<app>`; what names no app is the sweep's or a trigger's. */
function stepOf({ variables = {} }: Target): string {
  const name = variables['target.object.name'] ?? variables['target.repo.name'] ?? '';
  return name.split('/')[1] ?? 'every app';
}
