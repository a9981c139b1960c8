// The region counts what it is asked: signed calls by service and operation, whether they are granted or not.
import { IdentityClient } from 'oci-identity';
import { ObjectStorageClient } from 'oci-objectstorage';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noRetries, startTestRegion, type TestRegion } from '../helpers/region.ts';

const test = suite<{ region: TestRegion }>('calls of a region');
test.before(async (context) => {
  context.region = await startTestRegion({ services: ['object-storage'] });
});
test.after(({ region }) => region.stop());

test('counted by service and operation; unsigned ones are not', async ({ region }) => {
  const { endpoint, namespace: namespaceName, stateBucket: bucketName } = region.description;
  const counted = async () => (await fetch(`${endpoint}/_galley/calls`)).json();
  assert.equal(await counted(), []);
  const params = { authenticationDetailsProvider: region.credentials('DEVELOPER') };
  const storage = new ObjectStorageClient(params, noRetries);
  const identity = new IdentityClient(params, noRetries);
  for (const client of [storage, identity]) client.endpoint = endpoint;
  await storage.listObjects({ namespaceName, bucketName });
  await storage.listObjects({ namespaceName, bucketName });
  await storage.getObject({ namespaceName, bucketName, objectName: 'none' }).catch(() => undefined);
  await identity.listUsers({ compartmentId: region.region.tenancyId }).catch(() => undefined);
  assert.is((await fetch(`${endpoint}/n/${namespaceName}/b/${bucketName}/o`)).status, 401);
  assert.equal(await counted(), [
    { service: 'identity', calls: 1, people: 1, operations: { ListUsers: 1 } },
    { service: 'object-storage', calls: 3, people: 3, operations: { GetObject: 1, ListObjects: 2 } },
  ]);
});

test.run();
