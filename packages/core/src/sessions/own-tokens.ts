import type { CryptoKey, JWTHeaderParameters, JWTPayload } from 'jose'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import type { Clock } from '../id.ts'
import { isCanonicalToken } from './canonical-token.ts'
import { deriveKey, type KeyPurpose, toJwtKey } from './derive-key.ts'

/** The dependencies of {@link createOwnTokens}. */
export interface OwnTokenOptions {
  /** The current secret first; the rest only verify. */
  secrets: readonly string[]
  issuer: string
  audience: string
  clock: Clock
}

/** Signs and verifies tokens that only this Kith reads: JWTs with their own type and key. */
export interface OwnTokens {
  sign(claims: JWTPayload, life: { issuedAt: Date; expiresAt: Date }): Promise<string>
  /** Rejects for an invalid token, with jose's `JWTExpired` for an expired one. */
  verify(token: string, requiredClaims: readonly string[]): Promise<JWTPayload>
}

const algorithm = 'HS256'
/** Longer than any of our tokens; longer strings are refused before any work is done on them. */
const maxTokenLength = 2048

/** Creates the tokens of one purpose: the first secret signs, all verify. */
export function createOwnTokens(options: OwnTokenOptions, purpose: KeyPurpose, typ: string): OwnTokens {
  const { issuer, audience, clock } = options
  const derived = options.secrets.map((secret) => deriveKey(secret, purpose))
  const keys = new Map(derived.map((each) => [each.kid, toJwtKey(each)]))
  const [signing] = keys

  function findKey({ kid }: JWTHeaderParameters): CryptoKey {
    const key = keys.get(String(kid))
    if (!key) throw new TypeError('no key has this id')
    return key
  }

  return {
    async sign(claims, { issuedAt, expiresAt }) {
      if (!signing) throw new TypeError('there is no secret to sign with')
      const [kid, key] = signing
      return await new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, typ, kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key)
    },
    async verify(token, requiredClaims) {
      if (!isCanonicalToken(token, maxTokenLength)) throw new TypeError('not spelled as we write it')
      const { payload } = await jwtVerify(token, findKey, {
        algorithms: [algorithm],
        issuer,
        audience,
        typ,
        currentDate: clock(),
        requiredClaims: ['exp', ...requiredClaims],
      })
      return payload
    },
  }
}
