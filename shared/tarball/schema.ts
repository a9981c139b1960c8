// The shape of galley.yaml. Every message says what is expected; none repeats a value, which may be a secret.

import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { parseDuration } from './duration.ts';

z.config(en());

const text = (what: string) => z.string({ error: `expected ${what}` });
const matching = (pattern: RegExp, what: string) => text(what).check(z.regex(pattern, `expected ${what}`));
const oneOf = <const T extends readonly string[]>(...options: T) =>
  z.enum(options, { error: `expected ${options.join(' or ')}` });

const label = 'a DNS label: lower-case letters, digits and "-", at most 63';
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** `[host[:port]/]path[:tag][@digest]`, lower case but for the tag. */
const IMAGE =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
/** No `..`, not absolute, nothing a shell or an option parser would see. */
const PATH = /^(?![-/])(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\n\\]+$/;
const STAGE = /^[A-Za-z0-9][\w.-]*$/;
const PLATFORM = /^linux\/[a-z0-9]+(?:\/v\d+)?$/;

const path = matching(PATH, 'a path inside the tarball');
const shortest = { seconds: 10, name: '10s' };
const longest = { seconds: 3600, name: '1h' };
const timeout = `a duration from ${shortest.name} to ${longest.name}, such as 90s, 5m or 1h`;

const duration = z.pipe(
  text(timeout).check(
    z.refine((value) => {
      const seconds = parseDuration(value) ?? 0;
      return seconds >= shortest.seconds && seconds <= longest.seconds;
    }, `expected ${timeout}`),
  ),
  z.transform((value) => parseDuration(value) ?? 0),
);

const port = z
  .number({ error: 'expected a port from 1 to 65535' })
  .check(
    z.refine(
      (value) => Number.isInteger(value) && value >= 1 && value <= 65535,
      'expected a port from 1 to 65535',
    ),
  );

const ARGUMENT = 'expected text; put numbers and yes/no in quotes';
const argumentNames = matching(/^[A-Za-z_]\w*$/, 'a name of letters, digits and "_"');

const section = { error: 'expected a map of settings' };

const build = z.strictObject(
  {
    context: z._default(path, '.'),
    dockerfile: z._default(path, 'Dockerfile'),
    target: z.optional(matching(STAGE, 'the name of a build stage')),
    args: z._default(z.record(argumentNames, z.string({ error: ARGUMENT }), section), {}),
    platform: z.optional(matching(PLATFORM, 'a platform such as linux/amd64')),
  },
  section,
);
const rollout = z.strictObject(
  {
    timeout: z._default(duration, 300),
    onFailure: z._default(oneOf('rollback', 'keep'), 'rollback'),
  },
  section,
);
const service = z.strictObject(
  {
    type: z._default(oneOf('ClusterIP', 'LoadBalancer', 'NodePort'), 'ClusterIP'),
    port: z._default(port, 80),
  },
  section,
);
const prune = z.strictObject(
  { shrink: z._default(z.boolean({ error: 'expected true or false' }), false) },
  section,
);

export const descriptorSchema = z.strictObject(
  {
    namespace: z.optional(matching(NAMESPACE, label)),
    image: z.optional(matching(IMAGE, 'an image reference, such as docker.io/library/nginx:1.29')),
    build: z.prefault(build, {}),
    manifests: z.optional(
      z
        .array(path, { error: 'expected a list of paths' })
        .check(z.minLength(1, 'expected at least one path')),
    ),
    policy: z._default(oneOf('supersede', 'queue'), 'supersede'),
    rollout: z.prefault(rollout, {}),
    service: z.prefault(service, {}),
    prune: z.prefault(prune, {}),
  },
  section,
);
