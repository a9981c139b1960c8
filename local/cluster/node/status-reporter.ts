// Writes a pod's newest status, one request at a time; what changes meanwhile goes with the next.
import type { ApiClient } from '../api-client.ts';
import { type Fields, isSame, type KubeObject } from '../object.ts';

export interface StatusReporter {
  report(): void;
  /** Resolves when nothing is on its way. */
  close(): Promise<void>;
}

export interface ReporterOptions {
  readonly client: ApiClient;
  log(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export function statusReporter(
  options: ReporterOptions,
  current: () => { pod: KubeObject; status: Fields },
): StatusReporter {
  let writing: Promise<void> | undefined;
  let isStale = false;
  let written: Fields = {};
  const write = async (): Promise<void> => {
    while (isStale) {
      isStale = false;
      const { pod, status } = current();
      if (!isSame(status, written) && (await send(options, pod, status))) written = status;
    }
  };
  const report = (): void => {
    isStale = true;
    writing ??= write()
      .catch((error: unknown) => options.log('a pod status could not be written', { error: String(error) }))
      .finally(() => {
        writing = undefined;
      });
  };
  return {
    report,
    async close() {
      await writing;
    },
  };
}

/** Whether it was taken; 404 says that the pod is gone, which is no news. */
async function send({ client, log }: ReporterOptions, pod: KubeObject, status: Fields): Promise<boolean> {
  const { namespace, name } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
  const answer = await client.send('PATCH', path, { body: { status }, type: 'application/merge-patch+json' });
  if (answer.status !== 200 && answer.status !== 404) {
    log('a pod status was refused', { name, status: answer.status, body: answer.text.slice(0, 300) });
  }
  return answer.status === 200;
}
