// kubectl's dialect of YAML, for reading and for writing (facts oke-apply §3.9, checked against kubectl 1.32.4):
// YAML 1.1 with 0o octals, merge keys, and without timestamps and base-60 numbers.
import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, Tags, ToStringOptions } from 'yaml';
import { stringify } from 'yaml';

/** `0o644` is YAML 1.2, which go-yaml reads as well. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  identify: () => false,
  default: true,
  format: 'OCT12',
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => {
    const digits = text.replace(/^[-+]?0o/, '').replaceAll('_', '');
    return (text.startsWith('-') ? -1 : 1) * Number.parseInt(digits, 8);
  },
};

/** Go has no such types: go-yaml leaves timestamps and base-60 numbers text, and knows no sets and ordered maps. */
const UNKNOWN_TO_GO = /:(timestamp|omap|pairs|set)$/;

/** Options for the `yaml` package. Duplicate keys are looked for by the reader: the package's own check is quadratic. */
export const DIALECT = {
  version: '1.1',
  merge: true,
  uniqueKeys: false,
  customTags: (tags: Tags): Tags => [
    OCTAL,
    ...tags.filter(
      (tag) => typeof tag === 'string' || !(tag.format === 'TIME' || UNKNOWN_TO_GO.test(tag.tag)),
    ),
  ],
} as const satisfies ParseOptions & DocumentOptions & SchemaOptions;

/** One YAML document that kubectl reads back as exactly `value`: strings such as `on` and `0644` are quoted. */
export function toYaml(value: unknown, options: ToStringOptions = {}): string {
  return stringify(value, { ...DIALECT, lineWidth: 0, aliasDuplicateObjects: false, ...options });
}
