// Policy statements compared by what they say: case, blanks, order in braces and how a grant is split mean nothing.

/** Names that statements may use, and the OCIDs they stand for. */
export interface Names {
  readonly dynamicGroups: ReadonlyMap<string, string>;
  readonly compartments: ReadonlyMap<string, string>;
}

const NO_NAMES: Names = { dynamicGroups: new Map(), compartments: new Map() };

/** A statement as text that is equal for statements that say the same. */
export function canonical(statement: string, names: Names = NO_NAMES): string {
  let text = withIds(statement.trim().replace(/\s+/g, ' '), names)
    .toLowerCase()
    .replace(/ ?([{},=/]|!=) ?/g, '$1');
  // From the innermost braces outwards; done ones are written ‹a;b›, so that commas are always this level's.
  for (;;) {
    const next = text.replace(/(all|any|)\{([^{}]*)\}/g, (_, word: string, inside: string) => {
      const parts = [...new Set(inside.split(','))].sort();
      return word !== '' && parts.length === 1 ? (parts[0] ?? '') : `${word}‹${parts.join(';')}›`;
    });
    if (next === text) return text;
    text = next;
  }
}

function withIds(statement: string, { dynamicGroups, compartments }: Names): string {
  const id = (known: ReadonlyMap<string, string>, name: string): string | undefined =>
    known.get(name.toLowerCase());
  return statement
    .replace(/\bdynamic-group (?!id )(?:'?default'?\/)?'?([\w.-]+)'?/i, (whole, name: string) => {
      const found = id(dynamicGroups, name);
      return found === undefined ? whole : `dynamic-group id ${found}`;
    })
    .replace(/\bin compartment (?!id )'?([\w.-]+)'?(?=$| where )/i, (whole, name: string) => {
      const found = id(compartments, name);
      return found === undefined ? whole : `in compartment id ${found}`;
    });
}

/** The permissions a statement lists, and the rest of it; a verb is no list. */
function split(text: string): { permissions: readonly string[]; rest: string } | undefined {
  const list = / to‹([^›]*)›|to ‹([^›]*)›/.exec(text);
  if (list === null) return undefined;
  const permissions = (list[1] ?? list[2] ?? '').split(';');
  return { permissions, rest: text.replace(list[0], ' to ‹›') };
}

/** Do the statements that are there say what is wanted, together? */
export function isGranted(
  wanted: string,
  { statements, names }: { statements: readonly string[]; names?: Names },
): boolean {
  const goal = canonical(wanted, names);
  const there = statements.map((statement) => canonical(statement, names));
  if (there.includes(goal)) return true;
  const needed = split(goal);
  if (needed === undefined) return false;
  const given = new Set(
    there.flatMap((text) => {
      const parts = split(text);
      return parts?.rest === needed.rest ? parts.permissions : [];
    }),
  );
  return needed.permissions.every((permission) => given.has(permission));
}
