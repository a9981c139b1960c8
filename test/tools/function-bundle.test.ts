// The bundles of the functions behave as their sources do: the same calls, the same region, the same answers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildId } from '../../shared/build/id.ts';
import { startFunction } from '../../tools/packaging/fn-process.ts';
import { bundleFunction } from '../../tools/packaging/function-bundle.ts';
import { startTestOci, type TestOci } from '../helpers/oci.ts';

const test = suite('bundles');
const FUNCTIONS = ['upload-trigger', 'poll-build', 'apply'] as const;
type Name = (typeof FUNCTIONS)[number];

async function tarball(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

/** The environment OCI would give it: the twin's configuration, and a resource principal in files. */
function environment(oci: TestOci, { name, credentials }: { name: Name; credentials: string }) {
  const { region } = oci.region;
  const [application] = region.twin.of('oci_functions_application');
  const fn = region.twin.of('oci_functions_function').find(({ values }) => values.display_name === name);
  const { rpst, privatePem } = region.wiring.resourcePrincipal(String(fn?.values.id));
  writeFileSync(join(credentials, 'rpst'), rpst);
  writeFileSync(join(credentials, 'private.pem'), privatePem);
  return {
    ...(application?.values.config as Record<string, string>),
    ...(fn?.values.config as Record<string, string>),
    FN_FN_ID: String(fn?.values.id),
    GALLEY_ENDPOINT: region.endpoint,
    OCI_RESOURCE_PRINCIPAL_VERSION: '2.2',
    OCI_RESOURCE_PRINCIPAL_RPST: join(credentials, 'rpst'),
    OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: join(credentials, 'private.pem'),
    OCI_RESOURCE_PRINCIPAL_REGION: region.name,
  };
}

/** Calls one function in a process of its own. */
async function call(oci: TestOci, { name, file, input }: { name: Name; file: string; input: unknown }) {
  const credentials = mkdtempSync(join(tmpdir(), 'galley-credentials-'));
  const fn = startFunction({ args: [file], env: environment(oci, { name, credentials }) });
  try {
    await fn.ready;
    const { status, body } = await fn.call(input);
    if (status !== 200) throw new Error(`${status} ${body}\n${fn.output()}`);
    return JSON.parse(body) as Record<string, unknown>;
  } finally {
    await fn.stop();
    rmSync(credentials, { recursive: true });
  }
}

/** One upload from event to building, with a bad one beside it; answers and records without what time decides. */
async function story(fileOf: (name: Name) => string): Promise<unknown> {
  const oci = await startTestOci(['object-storage', 'instance-agent']);
  try {
    const { namespace, bucket } = oci.source.name;
    const ids = new Map<string, string>();
    const upload = async (app: string, files: Readonly<Record<string, string>>) => {
      const object = `apps/${app}/source.tar.gz`;
      const client = await oci.clients.objectStorage();
      const putObjectBody = await tarball(files);
      await client.putObject({
        namespaceName: namespace,
        bucketName: bucket,
        objectName: object,
        putObjectBody,
      });
      const { ociUploads } = await import('../../shared/oci/uploads.ts');
      const found = await ociUploads(oci.source).find(object);
      if (found === undefined) throw new Error(`${object} is not there`);
      ids.set(buildId({ namespace, bucket, object, eTag: found.eTag }, found.uploadedAt), `build of ${app}`);
      const additionalDetails = { namespace, bucketName: bucket, eTag: found.eTag };
      const eventType = 'com.oraclecloud.objectstorage.createobject';
      return { eventType, data: { resourceName: object, additionalDetails } };
    };
    const good = await upload('shop', { Dockerfile: 'FROM scratch\n', 'k8s/app.yaml': 'kind: Service\n' });
    const bad = await upload('bad', { 'README.md': 'no Dockerfile' });
    const ask = (name: Name, input: unknown) => call(oci, { name, file: fileOf(name), input });
    const answers = [
      await ask('upload-trigger', good),
      await ask('upload-trigger', good),
      await ask('upload-trigger', bad),
      await ask('upload-trigger', { eventType: 'other' }),
      await ask('poll-build', {}),
      await ask('apply', { app: 'shop', build: [...ids.keys()][0] }),
      await ask('apply', 'nonsense'),
    ];
    const names = await oci.state.names('');
    const text = JSON.stringify({ answers, names });
    return [...ids].reduce((masked, [id, name]) => masked.replaceAll(id, name), text);
  } finally {
    await oci.stop();
  }
}

test('the same calls have the same answers, and leave the same objects', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'galley-bundles-'));
  try {
    for (const name of FUNCTIONS) await bundleFunction(name, join(directory, name));
    const fromSource = await story((name) => `functions/${name}/func.ts`);
    const fromBundle = await story((name) => join(directory, name, 'func.js'));
    assert.is(fromBundle, fromSource);
    assert.match(String(fromSource), '"state":"building"');
    assert.match(String(fromSource), '"state":"rejected"');
    assert.match(String(fromSource), 'manifests/shop/build of shop.yaml');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.run();
