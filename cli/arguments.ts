// Words of the command line that are more than text. Wrong ones end with the exit code for wrong use.
import { InvalidArgumentError } from 'commander';
import type { LocalOptions } from './region.ts';

type Cluster = NonNullable<LocalOptions['cluster']>;

/** Reads a whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

export function clusterKind(text: string): Cluster {
  if (text === 'auto' || text === 'real' || text === 'stand-in') return text;
  if (/^kubeconfig=./.test(text)) return text as Cluster;
  throw new InvalidArgumentError('Expected auto, real, stand-in or kubeconfig=PATH.');
}
