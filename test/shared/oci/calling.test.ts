import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PipelineError } from '../../../shared/errors.ts';
import { calling, callingOnce, isAbsent, isDenial, isOutrun, statusOf } from '../../../shared/oci/calling.ts';

const test = suite('calling OCI');

function refusal(statusCode: number, serviceCode: string, message = 'words'): object {
  return Object.assign(new Error(message), { statusCode, serviceCode, message, opcRequestId: 'REQ' });
}

async function thrownBy(call: () => Promise<unknown>): Promise<PipelineError> {
  const thrown = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof PipelineError) return thrown;
  throw new Error(`not a PipelineError: ${thrown}`);
}

/** Whether another try is made, and what stands in `retry` in the end. */
const CASES: [status: number, code: string, tries: number, retry: string][] = [
  [400, 'InvalidParameter', 1, 'never'],
  [400, 'LimitExceeded', 1, 'later'],
  [401, 'NotAuthenticated', 4, 'later'],
  [404, 'BucketNotFound', 4, 'later'],
  [404, 'NotAuthorizedOrNotFound', 1, 'later'],
  [404, 'ObjectNotFound', 1, 'never'],
  [409, 'IncorrectState', 4, 'later'],
  [409, 'InvalidatedRetryToken', 1, 'never'],
  [412, 'IfMatchFailed', 1, 'never'],
  [429, 'TooManyRequests', 4, 'later'],
  [500, 'InternalServerError', 4, 'later'],
  [503, 'ServiceUnavailable', 4, 'later'],
];
for (const [status, code, tries, retry] of CASES) {
  test(`${status} ${code} -> ${tries} tries, retry ${retry}`, async () => {
    let made = 0;
    const error = await thrownBy(() =>
      calling('doing it', async () => {
        made += 1;
        throw refusal(status, code);
      }),
    );
    assert.is(made, tries);
    assert.is(error.retry, retry);
    assert.is(error.reason, code);
    assert.is(statusOf(error), status);
    assert.is(error.message, `doing it: ${status} ${code}: words (opc-request-id REQ)`);
  });
}

test('a call that works at the third try is a call that works', async () => {
  let made = 0;
  const value = await calling('doing it', async () => {
    made += 1;
    if (made < 3) throw refusal(503, 'ServiceUnavailable');
    return 'done';
  });
  assert.is(value, 'done');
});

test('the plain object that the SDK throws for a network error is told in its words', async () => {
  const error = await thrownBy(() =>
    callingOnce('doing it', async () => {
      throw { code: 'ECONNRESET', message: 'socket hang up', requestEndpoint: 'GET http://x' };
    }),
  );
  assert.is(error.message, 'doing it: socket hang up');
  assert.is(error.retry, 'later');
  assert.is(statusOf(error), undefined);
});

test('our own mistake is never tried again', async () => {
  let made = 0;
  const error = await thrownBy(() =>
    calling('doing it', async () => {
      made += 1;
      throw new TypeError('x is not a function');
    }),
  );
  assert.is(made, 1);
  assert.is(error.retry, 'never');
});

test('a PipelineError from inside goes through as it is', async () => {
  const own = new PipelineError('own', { retry: 'never', reason: 'Own' });
  assert.is(await thrownBy(() => calling('doing it', () => Promise.reject(own))), own);
});

test('absent, denied and outrun are told apart', async () => {
  const of = (status: number, code: string) =>
    thrownBy(() => callingOnce('x', () => Promise.reject(refusal(status, code))));
  assert.is(isAbsent(await of(404, 'ObjectNotFound')), true);
  assert.is(isAbsent(await of(404, 'None')), true);
  assert.is(isAbsent(await of(404, 'BucketNotFound')), false);
  assert.is(isAbsent(await of(404, 'NotAuthorizedOrNotFound')), false);
  assert.is(isDenial(await of(404, 'BucketNotFound')), true);
  assert.is(isOutrun(await of(412, 'IfNoneMatchFailed')), true);
});

test.run();
