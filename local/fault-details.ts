// Reads what is planted over HTTP.
import { FAULTS, type FaultDetails, type FaultName } from './faults.ts';
import { ServiceError } from './types.ts';

/** Reads the body of `POST /_galley/faults`. Throws 400 naming the field. */
export function parseFault(body: unknown): FaultDetails {
  if (typeof body !== 'object' || body === null) throw wrong('the body must be an object');
  const fields: Readonly<Record<string, unknown>> = { ...body };
  for (const field of Object.keys(fields)) {
    if (!(field in FIELDS))
      throw wrong(`unknown field ${field}; there are ${Object.keys(FIELDS).join(', ')}`);
  }
  const name = fields.name;
  if (typeof name !== 'string' || !isFaultName(name)) {
    throw wrong(`there is no fault named ${String(name)}; there are ${Object.keys(FAULTS).join(', ')}`);
  }
  const read = <Field extends keyof typeof FIELDS>(field: Field): (typeof FIELDS)[Field] => {
    const value = fields[field] ?? FIELDS[field];
    if (typeof value !== typeof FIELDS[field]) throw wrong(`${field} must be a ${typeof FIELDS[field]}`);
    return value as (typeof FIELDS)[Field];
  };
  const { probability, times } = { probability: read('probability'), times: read('times') };
  if (probability < 0 || probability > 1) throw wrong('probability must be between 0 and 1');
  if (!(times >= 1)) throw wrong('times must be 1 or more');
  return {
    name,
    where: read('where'),
    times,
    probability,
    seed: read('seed'),
    value: read('value'),
    text: read('text'),
  };
}

const FIELDS = { name: '' as string, where: '*', times: 1, probability: 1, seed: 1, value: 0, text: '' };

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

function wrong(problem: string): ServiceError {
  return new ServiceError(400, 'InvalidParameter', `Fault: ${problem}.`);
}
