// An upload judged: the tarball read once as a stream, its settings and manifests in the words of the record.
import { generateManifests } from '../kubernetes/generate.ts';
import { joinManifests } from '../kubernetes/manifests.ts';
import { type Admitted, admit } from '../tarball/admission.ts';
import { TarballRefused } from '../tarball/rules.ts';
import type { Judged } from './admit.ts';

/** Memory is bounded whatever the tarball's size. What `stream` throws goes on: it is nobody's verdict. */
export async function judge(app: string, stream: AsyncIterable<Uint8Array>): Promise<Judged> {
  try {
    return accepted(app, await admit(stream, { app }));
  } catch (thrown) {
    if (!(thrown instanceof TarballRefused)) throw thrown;
    const { rule, path, detail } = thrown;
    return { kind: 'rejected', rule, detail, ...(path === '' ? {} : { path }) };
  }
}

function accepted(app: string, admitted: Admitted): Judged {
  const { descriptor } = admitted;
  const { image, policy, rollout } = descriptor;
  const namespace = descriptor.namespace ?? app;
  const manifests = manifestsOf(admitted, { app, namespace });
  return {
    kind: 'accepted',
    namespace,
    policy,
    rolloutSeconds: rollout.timeout,
    onFailure: rollout.onFailure,
    shrink: descriptor.prune.shrink,
    ...(image === undefined ? {} : { image }),
    ...(manifests === undefined ? {} : { manifests }),
  };
}

/**
 * Undefined: the Build Instance writes them, as it alone can render templates, or read an image's ports. An image that
 * is given is not looked into: it is taken to listen on the service's port.
 */
function manifestsOf(
  { source, manifests, descriptor }: Admitted,
  { app, namespace }: { app: string; namespace: string },
): string | undefined {
  if (source === 'plain') return joinManifests(manifests.map(({ path, text }) => ({ file: path, text })));
  if (source !== 'none' || descriptor.image === undefined) return undefined;
  const { image, service } = descriptor;
  return generateManifests({ app, namespace, image, ports: [service.port], service });
}
