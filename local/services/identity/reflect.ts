// @peculiar/x509 wires its parts with tsyringe, which refuses to load without the metadata functions of
// `Reflect` (a proposal Node does not have). The parts used here carry no metadata, so remembering none will do.

const none = {
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  defineMetadata: () => undefined,
};
for (const [name, value] of Object.entries(none)) {
  if (!(name in Reflect)) Object.defineProperty(Reflect, name, { value });
}

export {};
