// Every way to take a little away from a policy statement: itself, a permission, an alternative, a condition.

export interface Mutant {
  /** What is taken away, as a reader says it. */
  readonly without: string;
  /** The statement that is left; undefined when nothing is. */
  readonly text: string | undefined;
  /** `narrower` grants less than before, `wider` more: a condition that must hold is gone. */
  readonly is: 'narrower' | 'wider';
}

type Condition = string | { readonly word: 'all' | 'any'; readonly of: readonly Condition[] };

export function mutantsOf(statement: string): Mutant[] {
  return [
    { without: 'the statement', text: undefined, is: 'narrower' },
    ...permissionMutants(statement),
    ...conditionMutants(statement),
  ];
}

function permissionMutants(statement: string): Mutant[] {
  const list = / to \{([^}]*)\} in /.exec(statement)?.[1];
  if (list === undefined || !list.includes(',')) return [];
  const all = list.split(', ');
  return all.map((permission) => ({
    without: permission,
    text: statement.replace(`{${list}}`, `{${all.filter((one) => one !== permission).join(', ')}}`),
    is: 'narrower',
  }));
}

function conditionMutants(statement: string): Mutant[] {
  const [head = '', where] = statement.split(' where ');
  if (where === undefined) return [];
  const root = parse(where);
  const whole: Mutant = { without: `where ${where}`, text: head, is: 'wider' };
  const parts = shortened(root).map(
    ({ without, left, is }): Mutant => ({
      without,
      text: `${head} where ${render(left)}`,
      is,
    }),
  );
  return [whole, ...parts];
}

interface Shortened {
  readonly without: string;
  readonly left: Condition;
  readonly is: Mutant['is'];
}

/** The condition with one part less, for every part of it that is not the only one. */
function shortened(condition: Condition): Shortened[] {
  if (typeof condition === 'string') return [];
  const { word, of } = condition;
  return of.flatMap((part, index) => {
    const others = of.filter((_, at) => at !== index);
    const gone: Shortened = {
      without: render(part),
      left: { word, of: others },
      is: word === 'any' ? 'narrower' : 'wider',
    };
    const inside = shortened(part).map((deeper) => ({
      ...deeper,
      left: { word, of: of.map((each, at) => (at === index ? deeper.left : each)) },
    }));
    return others.length === 0 ? inside : [gone, ...inside];
  });
}

function parse(text: string): Condition {
  const group = /^(all|any) \{(.*)\}$/s.exec(text.trim());
  if (group === null) return text.trim();
  const [, word, inside = ''] = group;
  return { word: word === 'all' ? 'all' : 'any', of: partsOf(inside).map(parse) };
}

/** Splits at the commas of this level. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (text[at] !== ',' || depth > 0) continue;
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  return [...parts, text.slice(from)];
}

function render(condition: Condition): string {
  if (typeof condition === 'string') return condition;
  return `${condition.word} {${condition.of.map(render).join(', ')}}`;
}
