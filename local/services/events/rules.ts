// The rules: those the twin declares, and those made over the API.
import type { DatabaseSync } from 'node:sqlite';
import type { Region } from '../../types.ts';
import { type Condition, parseCondition } from './matching.ts';
import { declaredRule } from './twin-rules.ts';

export type Action = {
  readonly id: string;
  readonly isEnabled: boolean;
  readonly description: string | undefined;
} & (
  | { readonly actionType: 'FAAS'; readonly functionId: string }
  | { readonly actionType: 'ONS'; readonly topicId: string }
);

export interface Rule {
  readonly id: string;
  readonly compartmentId: string;
  readonly displayName: string;
  readonly description: string | undefined;
  readonly isEnabled: boolean;
  /** As it was written. */
  readonly condition: string;
  readonly actions: readonly Action[];
  readonly eTag: string;
  readonly timeCreated: string;
  readonly freeformTags: object;
  readonly definedTags: object;
}

export interface Rules {
  all(): readonly Rule[];
  find(id: string): Rule | undefined;
  save(rule: Rule): void;
  remove(id: string): void;
  /** The enabled rules, their conditions parsed. */
  enabled(): readonly { rule: Rule; condition: Condition }[];
  /** Takes over what the twin says, and forgets what it does not say any more. */
  followTwin(): void;
  removeForeign(): void;
}

const TABLE = `CREATE TABLE IF NOT EXISTS event_rule (
  id TEXT PRIMARY KEY,
  from_twin INTEGER NOT NULL,
  rule TEXT NOT NULL
) STRICT`;

export function rulesOf(region: Region): Rules {
  const { database } = region;
  database.exec(TABLE);
  const write = database.prepare('INSERT OR REPLACE INTO event_rule (id, from_twin, rule) VALUES (?, ?, ?)');
  const cache = cached(() => readRules(database));
  const change = (sql: string, ...values: string[]): void => {
    database.prepare(sql).run(...values);
    cache.forget();
  };
  return {
    all: () => [...cache.rules().values()],
    find: (id) => cache.rules().get(id),
    save(rule) {
      const isDeclared = region.twin.of('oci_events_rule').some(({ values }) => values.id === rule.id);
      write.run(rule.id, Number(isDeclared), JSON.stringify(rule));
      cache.forget();
    },
    remove: (id) => change('DELETE FROM event_rule WHERE id = ?', id),
    enabled: cache.enabled,
    followTwin() {
      change('DELETE FROM event_rule WHERE from_twin = 1');
      for (const resource of region.twin.of('oci_events_rule')) {
        const rule = declaredRule(region, resource);
        write.run(rule.id, 1, JSON.stringify(rule));
      }
    },
    removeForeign: () => change('DELETE FROM event_rule WHERE from_twin = 0'),
  };
}

type Enabled = ReturnType<Rules['enabled']>;

/** Every event asks for the rules; they are read and parsed once. */
function cached(read: () => ReadonlyMap<string, Rule>) {
  let rules: ReadonlyMap<string, Rule> | undefined;
  let enabled: Enabled | undefined;
  const all = (): ReadonlyMap<string, Rule> => {
    rules ??= read();
    return rules;
  };
  return {
    rules: all,
    enabled(): Enabled {
      enabled ??= [...all().values()]
        .filter(({ isEnabled }) => isEnabled)
        .map((rule) => ({ rule, condition: parseCondition(rule.condition) }));
      return enabled;
    },
    forget(): void {
      [rules, enabled] = [undefined, undefined];
    },
  };
}

function readRules(database: DatabaseSync): ReadonlyMap<string, Rule> {
  const rows = database.prepare('SELECT id, rule FROM event_rule ORDER BY rowid').all();
  return new Map(rows.map((row) => [String(row.id), JSON.parse(String(row.rule))]));
}
