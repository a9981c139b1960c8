// galley.yaml: text in, settings with all defaults filled in out. Everything wrong with it is said at once.
import { LineCounter, parseAllDocuments } from 'yaml';
import { LIMITS } from './limits.ts';
import { TarballRefused } from './rules.ts';
import { descriptorSchema } from './schema.ts';

export const DESCRIPTOR_NAME = 'galley.yaml';

/** A document may refer to its own parts a hundred times over, and no more: the yaml package's guard against bombs. */
const MAX_ALIAS_COUNT = 100;

export interface Descriptor {
  /** Undefined: the app's name. */
  readonly namespace?: string | undefined;
  /** Deploy this image; nothing is built. */
  readonly image?: string | undefined;
  readonly build: {
    /** Directory below the archive's root. */
    readonly context: string;
    /** File below the context, as in Compose. */
    readonly dockerfile: string;
    readonly target?: string | undefined;
    readonly args: Readonly<Record<string, string>>;
    readonly platform?: string | undefined;
  };
  /** Files and directories; undefined: `k8s/`, if it is there. */
  readonly manifests?: readonly string[] | undefined;
  readonly policy: 'supersede' | 'queue';
  /** `timeout` in seconds. */
  readonly rollout: { readonly timeout: number; readonly onFailure: 'rollback' | 'keep' };
  /** For generated manifests. */
  readonly service: { readonly type: 'ClusterIP' | 'LoadBalancer' | 'NodePort'; readonly port: number };
  /** `shrink`: the app may lose more than half of its objects in one deployment. */
  readonly prune: { readonly shrink: boolean };
}

/**
 * Reads galley.yaml; the empty text is all defaults.
 * Throws TarballRefused `bad-yaml` or `bad-descriptor`, which name line or field and what was expected.
 */
export function parseDescriptor(text: string): Descriptor {
  if (Buffer.byteLength(text) > LIMITS.descriptorBytes) {
    throw refused('bad-descriptor', `It is over ${LIMITS.descriptorBytes} bytes.`);
  }
  const parsed = descriptorSchema.safeParse(readOne(text) ?? {});
  if (parsed.success) return parsed.data;
  throw refused('bad-descriptor', `${parsed.error.issues.map(sentence).join('; ')}.`);
}

function refused(rule: 'bad-yaml' | 'bad-descriptor', detail: string): TarballRefused {
  return new TarballRefused(rule, { path: DESCRIPTOR_NAME, detail });
}

function readOne(text: string): unknown {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines });
  const documents = 'empty' in parsed ? [] : parsed;
  const [error] = documents.flatMap((document) => document.errors);
  if (error !== undefined) {
    const reason = error.message.replace(/ at line \d+, column \d+:[\s\S]*$/, '');
    throw refused('bad-yaml', `Line ${lines.linePos(error.pos[0]).line}: ${reason}.`);
  }
  if (documents.length > 1) throw refused('bad-yaml', 'There are several documents in it; one is expected.');
  try {
    return documents[0]?.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch {
    throw refused('bad-yaml', 'Its aliases grow without bound.');
  }
}

type Issue = NonNullable<ReturnType<typeof descriptorSchema.safeParse>['error']>['issues'][number];

function sentence(issue: Issue): string {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => `"${where === '' ? key : `${where}.${key}`}"`);
    return `unknown ${keys.length === 1 ? 'setting' : 'settings'} ${keys.join(', ')}`;
  }
  if (issue.code === 'invalid_key') return `${where}: ${issue.issues[0]?.message ?? issue.message}`;
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}
