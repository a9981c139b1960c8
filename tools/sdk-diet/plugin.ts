// An esbuild plugin that makes the SDKs start fast in a function: what its bundles never use is left out, what the
// first call does not use is loaded when it is used. Their own files stay as they are on disk (facts §19, §20).
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { lazyRequires } from './lazy-requires.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
/** What stands in for packages of the OCI SDK; see the files. */
const STUBS: Readonly<Record<string, string>> = {
  'es6-promise': 'nothing',
  'http-signature': 'unused',
  'isomorphic-fetch': 'nothing',
  jsonwebtoken: 'unused',
  jssha: 'unused',
  'node-fetch': 'unused',
  opossum: 'unused',
  sshpk: 'unused',
  uuid: 'uuid',
};

/**
 * What client-node's KubeConfig loads for proxies, for other clouds' logins and for its API clients: 1.2 MB, of which
 * reading a kubeconfig of OKE's needs nothing.
 */
const KUBECONFIG = /^(undici|openid-client|rfc4648|jsonpath-plus|socks|socks-proxy-agent|hpagent)$/;
const API_CLIENTS = /^\.\/(gen\/index|middleware)\.js$/;

/** Put into `inject`: stands in for the global Headers, whose first use loads undici (27 ms). */
export const HEADERS = join(HERE, 'headers.ts');

/** For bundles that sign, send and know their principal by shared/oci's own means: nothing else of the SDKs is left. */
export function sdkDiet(): Plugin {
  return {
    name: 'sdk-diet',
    setup(build) {
      const names = new RegExp(`^(${Object.keys(STUBS).join('|')})$`);
      const stub = (name: string | undefined) => ({ path: join(HERE, 'stubs', `${name}.ts`) });
      build.onResolve({ filter: names }, ({ path }) => stub(STUBS[path]));
      build.onResolve({ filter: KUBECONFIG }, () => stub('unused'));
      build.onResolve({ filter: API_CLIENTS }, ({ importer }) =>
        importer.includes('/@kubernetes/client-node/') ? stub('unused') : undefined,
      );
      build.onLoad({ filter: /\/node_modules\/oci-[a-z]+\/.*\.js$/ }, async ({ path }) => ({
        contents: lazyRequires(await readFile(path, 'utf8'), { isBarrel: path.endsWith('/index.js') }),
        loader: 'js',
      }));
    },
  };
}

/** Whole packages that a program can load and never does: a client of the SDK is up to 4 MB of a bundle. */
export function leftOut(names: readonly string[]): Plugin {
  return {
    name: 'left-out',
    setup(build) {
      const filter = new RegExp(`^(${names.join('|')})$`);
      build.onResolve({ filter }, () => ({ path: join(HERE, 'stubs', 'unused.ts') }));
    },
  };
}
