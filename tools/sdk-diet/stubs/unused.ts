// A package that a bundle is not meant to reach: in the functions shared/oci/transport.ts signs and sends, and
// shared/kubernetes/transport.ts talks to the cluster. It says so if that should ever change.
const unused = new Proxy(() => undefined, {
  get: (_, name) => (name === '__esModule' ? undefined : fail()),
  apply: fail,
  construct: fail,
});

function fail(): never {
  throw new Error('tools/sdk-diet left this package out of the bundle, and something uses it');
}

module.exports = unused;
