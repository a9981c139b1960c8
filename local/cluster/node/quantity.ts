// Kubernetes quantities, as far as memory limits need them.

const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** `128Mi` → 134217728; undefined for what is no quantity. */
export function memoryBytes(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kMGT]i?|Ki|)$/.exec(String(value ?? ''));
  const factor = factors[match?.[2] ?? ''];
  return match && factor !== undefined ? Math.round(Number(match[1]) * factor) : undefined;
}
