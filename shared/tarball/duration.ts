// Durations as people write them in galley.yaml.

const UNITS = { h: 3600, m: 60, s: 1 } as const;

/** `90s`, `5m`, `1h30m` → seconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?=.)(\d{1,6}h)?(\d{1,6}m)?(\d{1,6}s)?$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([hms])/g)].reduce(
    (seconds, [, digits, unit]) => seconds + Number(digits) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}
