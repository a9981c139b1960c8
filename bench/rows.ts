// What a benchmark says: a measurement, the baseline of the same run, their ratio, and the goal.
import { columns } from '../cli/terminal.ts';

export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly baseline: string;
  /** Measured ÷ baseline, or the figure itself where the goal is absolute. */
  readonly ratio: string;
  readonly goal: string;
  readonly isMet: boolean;
}

export interface Bench {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** Throws when something is missing, saying what. */
  measure(say: (line: string) => void): Promise<Row[]>;
}

export function tableOf(rows: readonly Row[]): string {
  const heading = ['WHAT', 'MEASURED', 'BASELINE', 'RATIO', 'GOAL', ''];
  return columns([
    heading,
    ...rows.map((row) => [
      row.what,
      row.measured,
      row.baseline,
      row.ratio,
      row.goal,
      row.isMet ? 'met' : 'MISSED',
    ]),
  ]);
}

/** The value below which a share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** A row whose goal is a ratio not above `most`. */
export function atMost(
  what: string,
  { measured, baseline, most, unit }: { measured: number; baseline: number; most: number; unit: string },
): Row {
  const ratio = measured / baseline;
  return {
    what,
    measured: `${round(measured)} ${unit}`,
    baseline: `${round(baseline)} ${unit}`,
    ratio: `${ratio.toFixed(2)}×`,
    goal: `≤ ${most}×`,
    isMet: ratio <= most,
  };
}

/** A row whose goal is an absolute figure not above `most`. */
export function within(
  what: string,
  { measured, most, unit }: { measured: number; most: number; unit: string },
): Row {
  return {
    what,
    measured: `${round(measured)} ${unit}`,
    baseline: '–',
    ratio: '–',
    goal: `≤ ${most} ${unit}`,
    isMet: measured <= most,
  };
}

export function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
