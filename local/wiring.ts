// What services offer one another, before they do.
import type { Wiring } from './types.ts';

/** Until a service offers something, asking for it is a mistake in the order of services. */
export function unwired(): Wiring {
  const absent = (name: string) => (): never => {
    throw new TypeError(`No service of this region offers ${name}.`);
  };
  return {
    publish: absent('publish'),
    invoke: absent('invoke'),
    notify: absent('notify'),
    isAllowed: absent('isAllowed'),
    resourcePrincipal: absent('resourcePrincipal'),
    instanceCertificate: absent('instanceCertificate'),
    groupsOf: absent('groupsOf'),
    verifySigned: absent('verifySigned'),
    registryPrincipal: absent('registryPrincipal'),
    registryToken: absent('registryToken'),
    registryHost: absent('registryHost'),
  };
}
