// Takes secrets out of what is logged.
import type { Secret } from '../shared/secret.ts';

const SHOWN = '[secret]';
/** Shorter ones would blot out ordinary words. */
const SHORTEST = 8;

export interface Scrubber {
  /** From now on this value is not shown, nor its base64, as auth files hold it. */
  add(secret: Secret, user?: string): void;
  scrub(text: string): string;
}

export function createScrubber(): Scrubber {
  const hidden = new Set<string>();
  return {
    add(secret, user = '') {
      const value = secret.reveal();
      if (value.length < SHORTEST) return;
      hidden.add(value);
      for (const text of [value, `${user}:${value}`]) hidden.add(Buffer.from(text).toString('base64'));
    },
    scrub(text) {
      let shown = text;
      for (const value of hidden) shown = shown.replaceAll(value, SHOWN);
      return shown;
    },
  };
}
