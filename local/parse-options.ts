// Text of the command line → options of a region; every mistake at once.
import { resolve } from 'node:path';
import type { StartOptions } from './options.ts';
import { SERVICE_NAMES, type ServiceName } from './services.ts';
import type { RegionOptions } from './types.ts';

type Words = Readonly<Record<string, string | undefined>>;

/** Options in the words of `local/main.ts`. Throws TypeError listing every option that is wrong. */
export function parseOptions(words: Words): Partial<RegionOptions> & Pick<StartOptions, 'twin' | 'services'> {
  const problems: string[] = [];
  const read = <Value>(name: string, parse: (text: string) => Value): Value | undefined => {
    const text = words[name];
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      problems.push(`--${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const options = {
    port: read('port', (text) => number(text, { min: 0, max: 65_535, isWhole: true })),
    twin: read('twin', (text) => resolve(text)),
    services: read('services', services),
    cluster: read('cluster', cluster),
    functions: read('functions', (text) => oneOf(text, ['auto', 'containers', 'processes'])),
    pods: read('pods', (text) => oneOf(text, ['auto', 'containers', 'played'])),
    bundles: read('bundles', (text) => resolve(text)),
    registry: read('registry', (text) => text),
    tools: read('tools', (text) => resolve(text)),
    clockSeconds: read('clock-seconds', seconds),
    agentSeconds: read('agent-seconds', seconds),
  };
  if (problems.length > 0) throw new TypeError(`Wrong options:\n  ${problems.join('\n  ')}`);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function cluster(text: string): RegionOptions['cluster'] {
  const prefix = 'kubeconfig=';
  if (text.startsWith(prefix)) return `kubeconfig=${resolve(text.slice(prefix.length))}`;
  return oneOf(text, ['auto', 'stand-in', 'real']);
}

function services(text: string): ServiceName[] {
  return text.split(',').map((name) => oneOf(name, SERVICE_NAMES));
}

function oneOf<Word extends string>(text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word === undefined) throw new TypeError(`expected ${words.join(', ')}, got "${text}"`);
  return word;
}

/** A day is longer than anyone waits for a clock. */
function seconds(text: string): number {
  return number(text, { min: 0.01, max: 86_400, isWhole: false });
}

function number(text: string, { min, max, isWhole }: { min: number; max: number; isWhole: boolean }): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max) || (isWhole && !Number.isInteger(value))) {
    throw new TypeError(`expected a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}, got "${text}"`);
  }
  return value;
}
