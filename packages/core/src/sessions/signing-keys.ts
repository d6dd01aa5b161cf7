import type { JWK } from 'jose'

/** The asymmetric algorithms for access tokens. */
export type SigningAlgorithm = 'EdDSA' | 'ES256'

/** A key for access tokens. A retired one may have only its public half: it verifies and signs nothing. */
export interface SigningKey {
  kid: string
  algorithm: SigningAlgorithm
  jwk: JWK
}

/** Creates a new private key to store with the app's other secrets. */
export async function generateSigningKey(algorithm: SigningAlgorithm = 'EdDSA'): Promise<SigningKey> {
  // Needed once in the life of an app.
  const { exportJWK, generateKeyPair } = await import('jose')
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return { kid: crypto.randomUUID(), algorithm, jwk: await exportJWK(privateKey) }
}
