// The SDK decodes its session token's claims, and verifies nothing (it is its own).
// CommonJS, for the SDK imports it as a default.
module.exports = {
  /** As jsonwebtoken's `decode(token, {complete: true})`: null when it is no token. */
  decode(token: string): { header: unknown; payload: unknown; signature: string } | null {
    const [header, payload, signature] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined) return null;
    return { header: json(header), payload: json(payload), signature };
  },
};

function json(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
}
