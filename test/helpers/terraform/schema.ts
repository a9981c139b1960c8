// Schemas as `terraform providers schema -json` prints them, and as the protocol sends them.
import { readFileSync } from 'node:fs';

export interface Attribute {
  readonly type: unknown;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly deprecated?: boolean;
}

export interface NestedBlock {
  readonly nesting_mode: 'single' | 'list' | 'set' | 'map';
  readonly block: Block;
  readonly min_items?: number;
  readonly max_items?: number;
}

export interface Block {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly block_types?: Readonly<Record<string, NestedBlock>>;
}

export interface Schema {
  readonly version: number;
  readonly block: Block;
}

export interface ProviderSchema {
  readonly provider: Schema;
  readonly resource_schemas: Readonly<Record<string, Schema>>;
  readonly data_source_schemas: Readonly<Record<string, Schema>>;
}

/** The real provider's schema: the types deploy/ uses, see `source` in the file. */
export function ociSchema(): ProviderSchema {
  const file = new URL('../../fixtures/terraform/oci-8.28.schema.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as ProviderSchema;
}

const text = { type: 'string' } as const;

/** hashicorp/time, of which deploy/ uses `time_sleep` (docs: registry.terraform.io/providers/hashicorp/time). */
export const TIME_SCHEMA: ProviderSchema = {
  provider: { version: 0, block: {} },
  resource_schemas: {
    time_sleep: {
      version: 0,
      block: {
        attributes: {
          create_duration: { ...text, optional: true },
          destroy_duration: { ...text, optional: true },
          id: { ...text, computed: true },
          triggers: { type: ['map', 'string'], optional: true },
        },
      },
    },
  },
  data_source_schemas: {},
};

const wireSchema = ({ version, block }: Schema): object => ({ version, block: wireBlock(block) });

function wireBlock(block: Block): object {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { type, ...flags }]) => ({
    name,
    type: Buffer.from(JSON.stringify(type)),
    ...flags,
  }));
  const blockTypes = Object.entries(block.block_types ?? {}).map(([name, nested]) => ({
    type_name: name,
    block: wireBlock(nested.block),
    nesting: nested.nesting_mode.toUpperCase(),
    min_items: nested.min_items ?? 0,
    max_items: nested.max_items ?? 0,
  }));
  return { attributes, block_types: blockTypes };
}

/** The answer to GetSchema. */
export function wireProviderSchema(schema: ProviderSchema): object {
  const each = (schemas: Readonly<Record<string, Schema>>): object =>
    Object.fromEntries(Object.entries(schemas).map(([name, item]) => [name, wireSchema(item)]));
  return {
    provider: wireSchema(schema.provider),
    resource_schemas: each(schema.resource_schemas),
    data_source_schemas: each(schema.data_source_schemas),
  };
}
