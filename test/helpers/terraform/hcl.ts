// deploy/ as data: what its files declare, without running Terraform.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';

export interface VariableBlock {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly sensitive?: boolean;
  readonly validation?: readonly unknown[];
}

export interface OutputBlock {
  readonly description?: string;
}

export interface DeployBlocks {
  readonly variables: ReadonlyMap<string, VariableBlock>;
  readonly outputs: ReadonlyMap<string, OutputBlock>;
  /** `<type>.<name>` → the block and its file. */
  readonly resources: ReadonlyMap<
    string,
    { readonly file: string; readonly block: Readonly<Record<string, unknown>> }
  >;
}

/** Names of the module's own files. */
export function deployFiles(): string[] {
  return readdirSync('deploy').filter((file) => file.endsWith('.tf'));
}

/** Reads all of them. Expressions stay texts such as `${var.name}`. */
export async function deployBlocks(): Promise<DeployBlocks> {
  const variables = new Map<string, VariableBlock>();
  const outputs = new Map<string, OutputBlock>();
  const resources = new Map<string, { file: string; block: Readonly<Record<string, unknown>> }>();
  for (const file of deployFiles()) {
    const parsed: Parsed = await parse(file, readFileSync(join('deploy', file), 'utf8'));
    for (const [name, [block]] of Object.entries(parsed.variable ?? {})) variables.set(name, block);
    for (const [name, [block]] of Object.entries(parsed.output ?? {})) outputs.set(name, block);
    for (const [type, named] of Object.entries(parsed.resource ?? {})) {
      for (const [name, [block]] of Object.entries(named)) resources.set(`${type}.${name}`, { file, block });
    }
  }
  return { variables, outputs, resources };
}

type Named<Block> = Readonly<Record<string, readonly [Block]>>;

interface Parsed {
  readonly variable?: Named<VariableBlock>;
  readonly output?: Named<OutputBlock>;
  readonly resource?: Readonly<Record<string, Named<Readonly<Record<string, unknown>>>>>;
}
