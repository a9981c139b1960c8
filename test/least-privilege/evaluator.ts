// The region's own evaluator, asked about worlds that never were: the twin's policies with one statement changed.
import { type Decision, decide } from '../../local/services/identity/authorize.ts';
import type { Facts } from '../../local/services/identity/claims.ts';
import { regionKey } from '../../local/services/identity/regions.ts';
import { openUsers } from '../../local/services/identity/users.ts';
import { createWorld, type World } from '../../local/services/identity/world.ts';
import { tagsOfTwin, worldOfTwin } from '../../local/services/identity/world-of-twin.ts';
import type { Region } from '../../local/types.ts';
import type { Asked } from './recorder.ts';

export interface Evaluator {
  readonly world: World;
  decide(world: World, asked: Asked): Decision;
  /** The same world with one statement of it replaced, or gone. */
  changed(statement: string, replacement: string | undefined): World;
}

export function evaluatorOf(region: Region): Evaluator {
  const { tenancyId, directory, name, twin } = region;
  const users = openUsers(tenancyId, { directory, region: name });
  const world = worldOfTwin(region, users);
  const facts: Facts = {
    regionKey: regionKey(name),
    userName: (id) => users.find((user) => user.id === id)?.name,
    tags: tagsOfTwin(twin),
  };
  return {
    world,
    decide: (in_, { principal, operation, target }) =>
      decide(in_, facts, { principal, operation, target, now: region.now() }),
    changed: (statement, replacement) => {
      const policies = world.policies.map((policy) => ({
        ...policy,
        statements: policy.statements.flatMap((text) => (text === statement ? (replacement ?? []) : text)),
      }));
      return createWorld({ ...world, policies });
    },
  };
}
