// Builds for tests: only what matters is said.
import type { Build, In, Run } from '../../shared/build/build.ts';
import type { Result } from '../../shared/build/seen.ts';

export const NOW = new Date('2026-11-24T10:11:12.000Z');
export const ID = '20261124T101112Z-1a2b3c4d';
export const OLDER = '20261124T101111Z-00000000';
export const NEWER = '20261124T101113Z-ffffffff';
export const INSTANCE = 'ocid1.instance.oc1.eu-frankfurt-1.builder1';
export const COMMAND = 'ocid1.instanceagentcommand.oc1..c1';
export const IMAGE = `fra.ocir.io/ns/galley/shop@sha256:${'a'.repeat(64)}`;
export const LIMITS = { deliverySeconds: 900, buildSeconds: 1800 };

const origin = {
  app: 'shop',
  id: ID,
  object: 'apps/shop/source.tar.gz',
  eTag: 'e-1',
  uploadedAt: NOW.toISOString(),
  namespace: 'shop',
  policy: 'supersede',
  rolloutSeconds: 300,
  onFailure: 'rollback',
  since: NOW.toISOString(),
} as const;

export const run: Run = {
  attempt: 1,
  instance: INSTANCE,
  slot: 0,
  command: COMMAND,
  submittedAt: NOW.toISOString(),
};

/** What galley-build says of a first attempt that went well. */
export function result(more: Partial<Result> = {}): Result {
  return {
    attempt: 1,
    eTag: 'e-1',
    outcome: 'succeeded',
    phase: 'push',
    exitCode: 0,
    image: IMAGE,
    logTail: [],
    ...more,
  };
}

export function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

export function queued(more: Partial<In<'queued'>> = {}): In<'queued'> {
  return { ...origin, state: 'queued', attempt: 0, reason: 'waits for a build slot', ...more };
}

export function building(more: Partial<In<'building'>> = {}): In<'building'> {
  const deadlines = { deliverBy: later(900).toISOString(), runBy: later(3600).toISOString() };
  return { ...origin, state: 'building', attempt: 1, run, ...deadlines, ...more };
}

export function pushed(more: Partial<In<'pushed'>> = {}): In<'pushed'> {
  return {
    ...origin,
    state: 'pushed',
    attempt: 0,
    image: IMAGE,
    applyBy: later(3600).toISOString(),
    run,
    ...more,
  };
}

export function applying(more: Partial<In<'applying'>> = {}): In<'applying'> {
  return {
    ...origin,
    state: 'applying',
    attempt: 1,
    image: IMAGE,
    rolloutBy: later(300).toISOString(),
    run,
    ...more,
  };
}

export function finals(): Build[] {
  return [
    { ...origin, state: 'deployed', image: IMAGE, endpoint: 'http://203.0.113.7/' },
    { ...origin, state: 'rejected', rule: 'no-dockerfile', detail: 'No Dockerfile at the root.' },
    {
      ...origin,
      state: 'failed',
      phase: 'build',
      reason: 'BuildFailed',
      detail: 'exit 1',
      fault: 'user',
      exitCode: 30,
    },
    { ...origin, state: 'canceled', by: 'ada' },
    { ...origin, state: 'superseded', by: NEWER },
  ];
}
