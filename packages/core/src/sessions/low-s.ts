/** The order of the group of P-256 (FIPS 186-5). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const half = order / 2n

// For an ES256 signature (r, s) the pair (r, order − s) verifies as well, so one token would have two encodings. We
// write and accept only the one whose s is in the lower half. Other services may accept both.

/** Whether the signature of an ES256 token is the one that we write. */
export function hasLowS(token: string): boolean {
  return read(signatureOf(token)) <= half
}

/** The same token with the signature that we write. */
export function withLowS(token: string): string {
  const signature = signatureOf(token)
  const s = read(signature)
  if (s <= half) return token
  signature.write((order - s).toString(16).padStart(64, '0'), 32, 'hex')
  return `${token.slice(0, token.lastIndexOf('.'))}.${signature.toString('base64url')}`
}

function signatureOf(token: string): Buffer {
  return Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')
}

function read(signature: Buffer): bigint {
  return BigInt(`0x${signature.toString('hex', 32, 64)}`)
}
