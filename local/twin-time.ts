// Times in a Terraform state.

/** Terraform's OCI provider keeps Go's format, `2026-11-24 00:00:00 +0000 UTC`; the API speaks ISO 8601. */
export function isoTime(value: unknown): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) \+0000 UTC$/.exec(String(value));
  return match ? new Date(`${match[1]}T${match[2]}Z`).toISOString() : undefined;
}
