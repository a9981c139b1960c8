// Times in a Terraform state.

/**
 * Terraform's OCI provider keeps Go's format, `2026-11-24 00:00:00 +0000 UTC`, or what the configuration says; the API
 * speaks ISO 8601.
 */
export function isoTime(value: unknown): string | undefined {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(value))) return new Date(String(value)).toISOString();
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) \+0000 UTC$/.exec(String(value));
  return match ? new Date(`${match[1]}T${match[2]}Z`).toISOString() : undefined;
}
