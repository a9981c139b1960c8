// The body of an answer, whole and bounded.
import type { Readable } from 'node:stream';

/** The API server cuts pod logs and lists for us; anything beyond this is not an answer to our questions. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * Listens from the moment it is called. Not by `for await`, which calls an HTTP/2 stream cut short when the server
 * resets it after the last byte, as Go does when an answer overtakes the end of its request.
 */
export function textOf(answer: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    answer.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > MAX_ANSWER_BYTES)
        answer.destroy(new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`));
    });
    answer.on('end', () => resolve(Buffer.concat(chunks).toString()));
    answer.on('error', reject);
    answer.on('close', () => reject(new Error('the connection ended before the answer did')));
  });
}
