// How often, and after how long, a platform fault is tried again. User faults never are.

export const MAX_ATTEMPTS = 3;
const FIRST_SECONDS = 15;

/** 15 s, 30 s, 60 s …: attempts are minutes long themselves, so the wait only lets a hiccup pass. */
export function backoffSeconds(attempt: number): number {
  return FIRST_SECONDS * 2 ** (attempt - 1);
}

/** After `from`, in seconds, as ISO 8601. */
export function after(from: Date, seconds: number): string {
  return new Date(from.getTime() + seconds * 1000).toISOString();
}

export function isPast(deadline: string, now: Date): boolean {
  return now.getTime() >= Date.parse(deadline);
}
