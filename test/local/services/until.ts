// Waiting for a condition; no test waits for a time.
import { setTimeout as sleep } from 'node:timers/promises';

/** The machine may be ten times slower under load. */
const DEADLINE_MS = 120_000;

/** Asks until there is an answer. Throws when there is none for two minutes. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
): Promise<Answer> {
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(20);
  }
  throw new Error(`waited in vain for ${what}`);
}
