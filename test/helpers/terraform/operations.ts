// The operations of the provider: what it answers to each call of protocol 5.
import { computedValues } from './computed.ts';
import { found } from './data-sources.ts';
import { conform, withUnknowns, withValues } from './fill.ts';
import { type Refusal, refusals } from './refusals.ts';
import { replacingPaths } from './replaced.ts';
import { type ProviderSchema, type Schema, wireProviderSchema } from './schema.ts';
import { decodeValue, encodeValue, isObject, type ObjectValue, type Value } from './values.ts';

interface Dynamic {
  readonly msgpack: Uint8Array;
  readonly json: Uint8Array;
}

/** The fields our calls carry; each call uses some of them. */
export interface Request {
  readonly type_name: string;
  readonly config: Dynamic | null;
  readonly prior_state: Dynamic | null;
  readonly proposed_new_state: Dynamic | null;
  readonly planned_state: Dynamic | null;
  readonly current_state: Dynamic | null;
  readonly raw_state: { readonly json: Uint8Array } | null;
}

export type Operations = Readonly<Record<string, (request: Request) => object>>;

/** The calls of one provider; `region` is the one its configuration names. */
export function operations(schema: ProviderSchema): Operations {
  let region = '';
  const block = (type: string): Schema['block'] => schemaOf(schema.resource_schemas, type).block;
  return {
    GetSchema: () => wireProviderSchema(schema),
    PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
    ValidateResourceTypeConfig: () => ({}),
    ValidateDataSourceConfig: () => ({}),
    UpgradeResourceState: ({ raw_state }) => ({ upgraded_state: { json: raw_state?.json } }),
    ReadResource: ({ current_state }) => ({ new_state: current_state }),
    Stop: () => ({}),
    Configure: ({ config }) => {
      const value = objectOf(config);
      region = typeof value.region === 'string' ? value.region : region;
      return { diagnostics: diagnose(refusals('provider', value)) };
    },
    PlanResourceChange: (request) => plan(request, block(request.type_name)),
    ApplyResourceChange: (request) => apply(request, { block: block(request.type_name), region }),
    ReadDataSource: ({ type_name, config }) => {
      const { attributes } = schemaOf(schema.data_source_schemas, type_name).block;
      const value = found(type_name, { config: objectOf(config), region });
      const types = Object.entries(attributes ?? {}).map(([name, { type }]) => [
        name,
        conform(type, value[name]),
      ]);
      return { state: encodeValue({ ...value, ...Object.fromEntries(types) }) };
    },
  };
}

function plan({ type_name, prior_state, proposed_new_state }: Request, block: Schema['block']): object {
  const proposed = decodeValue(proposed_new_state);
  if (!isObject(proposed)) return { planned_state: proposed_new_state };
  const prior = decodeValue(prior_state);
  const planned = withUnknowns(block, proposed, prior);
  const replacing = isObject(prior) ? replacingPaths(type_name, { prior, planned }) : [];
  return {
    planned_state: encodeValue(planned),
    requires_replace: replacing.map(attributePath),
    diagnostics: diagnose(refusals(type_name, planned)),
    legacy_type_system: true,
  };
}

function apply(request: Request, { block, region }: { block: Schema['block']; region: string }): object {
  const planned = decodeValue(request.planned_state);
  if (!isObject(planned)) return { new_state: request.planned_state };
  const computed = computedValues(request.type_name, { value: planned, place: { region } });
  const value = withValues(block, planned, computed);
  const diagnostics = diagnose(refusals(request.type_name, value));
  const failed = diagnostics.length > 0;
  return {
    new_state: failed ? request.prior_state : encodeValue(value),
    diagnostics,
    legacy_type_system: true,
  };
}

function diagnose(refused: readonly Refusal[]): object[] {
  return refused.map(({ path, problem }) => ({
    severity: 'ERROR',
    summary: problem,
    detail: '',
    attribute: attributePath(path),
  }));
}

function attributePath(path: readonly (string | number)[]): object {
  const step = (key: string | number): object =>
    typeof key === 'number' ? { element_key_int: key } : { attribute_name: key };
  return { steps: path.map(step) };
}

function objectOf(dynamic: Dynamic | null): ObjectValue {
  const value: Value = decodeValue(dynamic);
  return isObject(value) ? value : {};
}

function schemaOf(schemas: Readonly<Record<string, Schema>>, type: string): Schema {
  const schema = schemas[type];
  if (schema !== undefined) return schema;
  throw new Error(`the schema in test/fixtures/terraform has no ${type}; add it from the full one`);
}
