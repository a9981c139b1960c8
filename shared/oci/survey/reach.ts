// Does anybody answer there? Any answer will do: who may ask what is another question.
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { messageOf } from '../../errors.ts';
import { type Finding, failing, ok } from './finding.ts';
import type { Place } from './place.ts';

const PATIENCE_MS = 10_000;

/** The registry; OCI's own endpoints are proven by every other look. */
export async function surveyReach({ ocirEndpoint, endpoint, region, clients }: Place): Promise<Finding[]> {
  const host = ocirEndpoint.split('/', 1)[0] ?? '';
  // The registry of a local region speaks plain HTTP, as the region itself does.
  const scheme = endpoint?.startsWith('http:') === true ? 'http' : 'https';
  const storage = await clients.objectStorage();
  return Promise.all([
    answers(`network path to OCI in ${region}`, { url: storage.endpoint }),
    answers(`network path to registry ${host}`, { url: `${scheme}://${host}/v2/` }),
  ]);
}

/** @param ca what the server's certificate must be signed by; absent: the system's authorities */
export async function answers(
  what: string,
  { url, ca }: { url: string; ca?: ConnectionOptions['ca'] },
): Promise<Finding> {
  const started = Date.now();
  try {
    const status = await statusAt(url, ca);
    return ok(what, `answers (${status}) in ${Date.now() - started} ms`);
  } catch (error) {
    const mend = 'Look at DNS, routes, security lists and proxies between here and there';
    return failing(what, { detail: `${url}: ${messageOf(error)}`, mend });
  }
}

function statusAt(url: string, ca: ConnectionOptions['ca']): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { signal: AbortSignal.timeout(PATIENCE_MS), ...(ca === undefined ? {} : { ca }) };
    const open = url.startsWith('http:') ? plainRequest : secureRequest;
    const request = open(url, { ...options, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once('error', reject).end();
  });
}
