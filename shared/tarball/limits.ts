// How much of a tarball is believed. Each limit is a rule of rules.ts.

export interface Limits {
  /** Files, directories and links. A Linux kernel tree has 90,000. */
  readonly entries: number;
  /** Unpacked, headers included. */
  readonly unpackedBytes: number;
  /** Unpacked to packed. Source is about 5, text full of repeats 30; gzip itself ends at 1,032. */
  readonly ratio: number;
  /** Below this the ratio is not looked at: a small archive of zeros harms nobody. */
  readonly ratioFromBytes: number;
  /** One extended header (pax, GNU long name): room for extended attributes of 64 KiB each. */
  readonly headerBytes: number;
  readonly descriptorBytes: number;
  /** All plain manifests of one upload together: the limit of a ConfigMap, and of what one apply can send. */
  readonly manifestBytes: number;
  /** YAML and JSON held while it is not known yet which of it are the manifests. */
  readonly heldBytes: number;
  /** Steps through links of links, over the whole archive. */
  readonly linkSteps: number;
}

const MIB = 1024 * 1024;

export const LIMITS: Limits = {
  entries: 100_000,
  unpackedBytes: 4096 * MIB,
  ratio: 100,
  ratioFromBytes: 64 * MIB,
  headerBytes: MIB,
  descriptorBytes: MIB / 16,
  manifestBytes: MIB,
  heldBytes: 8 * MIB,
  linkSteps: 2_000_000,
};
