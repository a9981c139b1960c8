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
  const save = database.prepare('INSERT OR REPLACE INTO event_rule (id, from_twin, rule) VALUES (?, ?, ?)');
  const remove = database.prepare('DELETE FROM event_rule WHERE id = ?');
  let rules: ReadonlyMap<string, Rule> = readRules(database);
  let enabled: { rule: Rule; condition: Condition }[] | undefined;
  const reread = (): void => {
    rules = readRules(database);
    enabled = undefined;
  };
  const isDeclared = (id: string): boolean =>
    region.twin.of('oci_events_rule').some(({ values }) => values.id === id);
  return {
    all: () => [...rules.values()],
    find: (id) => rules.get(id),
    save(rule) {
      save.run(rule.id, Number(isDeclared(rule.id)), JSON.stringify(rule));
      reread();
    },
    remove(id) {
      remove.run(id);
      reread();
    },
    enabled() {
      enabled ??= [...rules.values()]
        .filter(({ isEnabled }) => isEnabled)
        .map((rule) => ({ rule, condition: parseCondition(rule.condition) }));
      return enabled;
    },
    followTwin() {
      database.exec('DELETE FROM event_rule WHERE from_twin = 1');
      for (const resource of region.twin.of('oci_events_rule')) {
        const rule = declaredRule(region, resource);
        save.run(rule.id, 1, JSON.stringify(rule));
      }
      reread();
    },
    removeForeign() {
      database.exec('DELETE FROM event_rule WHERE from_twin = 0');
      reread();
    },
  };
}

function readRules(database: DatabaseSync): ReadonlyMap<string, Rule> {
  const rows = database.prepare('SELECT id, rule FROM event_rule ORDER BY rowid').all();
  return new Map(rows.map((row) => [String(row.id), JSON.parse(String(row.rule))]));
}
