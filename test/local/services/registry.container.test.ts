// A real push and pull through OCIR's token endpoint, the event it makes, and what survives restart and kill.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DefaultRequestSigner } from 'oci-common';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BUSYBOX_IMAGE, seedBaseImages } from '../../../local/containers/base-images.ts';
import { diagnose } from '../../../local/containers/engine.ts';
import { podmanChange } from '../../../local/containers/podman.ts';
import type { CloudEvent } from '../../../local/types.ts';
import { hasProgram, needs } from '../../helpers/needs.ts';
import { startTestRegion, type TestRegion } from '../../helpers/region.ts';
import { until } from './functions-suite.ts';

const run = promisify(execFile);
const { engine, reason } = await diagnose();
const have = engine !== undefined && hasProgram('docker-registry') && hasProgram('openssl');
const what = `podman (${reason}), docker-registry and openssl`;
const pushes = suite<{ directory: string; auth: string }>('registry');

pushes.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'galley-registry-'));
  context.auth = join(context.directory, 'auth.json');
});
pushes.after.each(({ directory }) => rmSync(directory, { recursive: true, force: true }));

const whole = 'an image is pushed after a login, its event names it, and it can be pulled by digest';
pushes(whole, (context) =>
  needs(have, { what, name: whole }, async () => {
    const { region, events } = await start(context.directory);
    try {
      const image = `${region.description.registry}/galleydemo/galley/shop:one`;
      const digest = await push(region, { image, auth: context.auth });
      await until('the push is an event', () => events.length > 0);
      assert.is(events.length, 1, 'blobs are no events');
      const [{ eventType, data }] = events as [CloudEvent];
      assert.is(eventType, 'com.oraclecloud.artifacts.uploaddockerimage');
      assert.is(data.resourceName, 'galley/shop:one');
      assert.equal(data.additionalDetails, { path: 'galleydemo/galley/shop', digest });
      const pinned = image.replace(/:one$/, `@${digest}`);
      await podmanChange(['pull', '--quiet', '--tls-verify=false', '--authfile', context.auth, pinned]);
      await podmanChange(['rmi', '--force', pinned]);
    } finally {
      await region.stop();
    }
  })(),
);

const restart = 'images and port survive a restart; a registry that dies comes back on its port';
pushes(restart, (context) =>
  needs(have, { what, name: restart }, async () => {
    const first = await start(context.directory);
    const { registry } = first.region.description;
    const image = `${registry}/galleydemo/galley/shop:one`;
    const digest = await push(first.region, { image, auth: context.auth });
    process.kill(registryPid(context.directory), 'SIGKILL');
    await until('the registry is back', () => answers(registry));
    await until('the push is an event', () => first.events.length > 0);
    await first.region.stop();
    assert.is(await answers(registry), false);

    const second = await start(context.directory);
    try {
      assert.is(second.region.description.registry, registry);
      assert.equal(second.events, [], 'a push that was told is not told again');
      const headers = { authorization: `Bearer ${await token(second.region, 'galley/shop')}` };
      const accept = { accept: 'application/vnd.oci.image.manifest.v1+json' };
      const url = `http://${registry}/v2/galleydemo/galley/shop/manifests/one`;
      const found = await fetch(url, { method: 'HEAD', headers: { ...headers, ...accept } });
      assert.is(found.headers.get('docker-content-digest'), digest);
    } finally {
      await second.region.stop();
    }
  })(),
);

const hidden = 'a push whose notification a kill swallowed is found at the next start';
pushes(hidden, (context) =>
  needs(have, { what, name: hidden }, async () => {
    const first = await start(context.directory);
    // Refusing the notification is what a region does that is no more.
    first.region.region.wiring.publish = () => {
      throw new TypeError('nobody is there');
    };
    const image = `${first.region.description.registry}/galleydemo/galley/shop:two`;
    await push(first.region, { image, auth: context.auth });
    assert.equal(await imageNames(first.region), []);
    await first.region.stop();
    const second = await startTestRegion({ services: ['registry', 'events'], directory: context.directory });
    assert.equal(await imageNames(second), ['galley/shop:two']);
    await second.stop();
  })(),
);

const lost = 'fault push-event-lost: the image is there, the event is not';
pushes(lost, (context) =>
  needs(have, { what, name: lost }, async () => {
    const { region, events } = await start(context.directory);
    try {
      const fault = { name: 'push-event-lost', where: 'galley/quiet' };
      await fetch(`${region.endpoint}/_galley/faults`, { method: 'POST', body: JSON.stringify(fault) });
      const host = region.description.registry;
      await push(region, { image: `${host}/galleydemo/galley/quiet:1`, auth: context.auth });
      await push(region, { image: `${host}/galleydemo/galley/loud:1`, auth: context.auth });
      await until('the second push is an event', () => events.length > 0);
      assert.equal(
        events.map(({ data }) => data.resourceName),
        ['galley/loud:1'],
      );
    } finally {
      await region.stop();
    }
  })(),
);

/** A region with a registry alone; its events are collected instead of being delivered. */
async function start(directory: string): Promise<{ region: TestRegion; events: CloudEvent[] }> {
  const events: CloudEvent[] = [];
  const region = await startTestRegion({ services: ['registry'], directory });
  region.region.wiring.publish = (event) => void events.push(event);
  return { region, events };
}

/** Builds a small image, logs in as the region's owner, and pushes; answers the digest. */
async function push(region: TestRegion, { image, auth }: { image: string; auth: string }): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'galley-image-'));
  try {
    await seedBaseImages();
    writeFileSync(join(context, 'Dockerfile'), `FROM ${BUSYBOX_IMAGE}\nCOPY Dockerfile /made-of\n`);
    await podmanChange(['build', '--quiet', ...(engine?.buildFlags ?? []), '--tag', image, context]);
    const flags = ['--tls-verify=false', '--authfile', auth];
    const { registry } = region.description;
    const login = ['login', ...flags, '--username', 'BEARER_TOKEN', '--password-stdin', registry];
    const logging = run('podman', login);
    logging.child.stdin?.end(await token(region));
    await logging;
    const digestFile = join(context, 'digest');
    await podmanChange(['push', '--quiet', ...flags, '--digestfile', digestFile, image]);
    return readFileSync(digestFile, 'utf8').trim();
  } finally {
    await podmanChange(['rmi', '--force', image]).catch(() => undefined);
    rmSync(context, { recursive: true, force: true });
  }
}

async function token(region: TestRegion, repository?: string): Promise<string> {
  const scope = repository === undefined ? '' : `?scope=repository:galleydemo/${repository}:pull`;
  const answer = await signedGet(region, `/20180419/docker/token${scope}`);
  return ((await answer.json()) as { token: string }).token;
}

async function imageNames(region: TestRegion): Promise<readonly string[]> {
  const answer = await signedGet(
    region,
    `/20160918/container/images?compartmentId=${region.region.tenancyId}`,
  );
  const { items } = (await answer.json()) as { items: { displayName: string }[] };
  return items.map(({ displayName }) => displayName);
}

async function signedGet(region: TestRegion, path: string): Promise<Response> {
  const [uri, headers] = [`${region.endpoint}${path}`, new Headers()];
  await new DefaultRequestSigner(region.credentials()).signHttpRequest({ method: 'GET', uri, headers });
  return fetch(uri, { headers });
}

async function answers(host: string): Promise<boolean> {
  return fetch(`http://${host}/v2/`).then(
    ({ status }) => status === 401,
    () => false,
  );
}

function registryPid(directory: string): number {
  return Number(readFileSync(join(directory, 'registry', 'registry.pid'), 'utf8'));
}

pushes.run();
