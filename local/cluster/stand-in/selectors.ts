// Label and field selectors, of lists and of controllers.
import { at, type Fields, fieldsOf, type KubeObject, listOf, textOf, textsOf } from '../object.ts';
import { badRequest } from './api-error.ts';

export type Matches = (object: KubeObject) => boolean;

const setBased = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/;
const equality = /^([^\s=!]+)\s*(==|=|!=)\s*(.*)$/;

/** `a=b,c!=d,e in (x,y),!f,g`; empty selects all. Throws 400 on what it cannot read. */
export function labelSelector(text: string): Matches {
  const requirements = splitOutsideBrackets(text).map(requirement);
  return (object) => requirements.every((holds) => holds(object.metadata.labels ?? {}));
}

function splitOutsideBrackets(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function requirement(text: string): (labels: Record<string, string>) => boolean {
  const set = setBased.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    if (operator === 'in') return (labels) => key in labels && values.includes(labels[key] ?? '');
    return (labels) => !(key in labels) || !values.includes(labels[key] ?? '');
  }
  const pair = equality.exec(text);
  if (pair) {
    const [, key = '', operator, value = ''] = pair;
    if (operator === '!=') return (labels) => labels[key] !== value;
    return (labels) => labels[key] === value;
  }
  if (/^!\s*\S+$/.test(text)) return (labels) => !(text.slice(1).trim() in labels);
  if (/^\S+$/.test(text)) return (labels) => text in labels;
  throw badRequest(`unable to parse requirement: found '${text}', expected: in, notin, =, ==, !=`);
}

/** `metadata.name=a,involvedObject.uid!=b`: any path of fields, compared as text. */
export function fieldSelector(text: string): Matches {
  const terms = splitOutsideBrackets(text).map((part) => {
    const pair = equality.exec(part);
    if (!pair) throw badRequest(`invalid field selector: ${part}`);
    const [, path = '', operator, value = ''] = pair;
    return (object: KubeObject): boolean => {
      const found = String(at(object, ...path.split('.')) ?? '');
      return operator === '!=' ? found !== value : found === value;
    };
  });
  return (object) => terms.every((holds) => holds(object));
}

/** A `LabelSelector` object: matchLabels and matchExpressions. */
export function objectSelector(selector: Fields): Matches {
  const labels = Object.entries(fieldsOf(selector.matchLabels)).map(([key, value]) => `${key}=${value}`);
  const expressions = listOf(selector.matchExpressions).map(expressionText);
  return labelSelector([...labels, ...expressions].join(','));
}

function expressionText(expression: Fields): string {
  const key = textOf(expression.key);
  const values = textsOf(expression.values).join(',');
  switch (expression.operator) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'Exists':
      return key;
    default:
      return `!${key}`;
  }
}
