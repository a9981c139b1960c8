// What a build must have become, or the whole record in the failure.
import * as assert from 'uvu/assert';
import type { Build, In, State } from '../../shared/build/build.ts';

export function as<S extends State>(build: Build, state: S): In<S> {
  if (build.state !== state) assert.unreachable(`expected ${state}: ${JSON.stringify(build, null, 1)}`);
  return build as In<S>;
}

export function deployed(build: Build): In<'deployed'> {
  return as(build, 'deployed');
}
