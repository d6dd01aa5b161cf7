import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from 'jose'
import { JWTExpired } from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import * as z from 'zod'
import { KithError } from '../errors.ts'
import type { Clock, Random } from '../id.ts'
import type { Viewer } from '../viewer.ts'
import { isCanonicalToken } from './canonical-token.ts'
import { deriveKey, toJwtKey } from './derive-key.ts'
import { hasLowS, withLowS } from './low-s.ts'
import type { SigningKey } from './signing-keys.ts'

/** The public keys that verify access tokens (RFC 7517). */
export interface JwksDocument {
  keys: JWK[]
}

/** The claims of a verified access token. Tokens of earlier releases have no role and no proof. */
export interface AccessClaims extends Viewer {
  readonly sessionId: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** The claims of a new access token. */
interface AccessGrant {
  userId: string
  sessionId: string
  role: string
  provedAt: Date
  methods: readonly string[]
  /** The account that acts as this one; `null` for its owner. */
  actorId: string | null
}

/** Signs and verifies access tokens: JWTs of type `at+jwt` (RFC 9068). */
export interface AccessTokens {
  /** Valid for the lifetime of access tokens, but not beyond `latest`, when the session ends. */
  issue(grant: AccessGrant, latest: Date): Promise<{ token: string; expiresIn: number }>
  /** @throws access-token-invalid, access-token-expired */
  verify(token: string): Promise<AccessClaims>
  jwks(): JwksDocument | null
}

/** The dependencies of {@link createAccessTokens}. */
export interface AccessTokenOptions {
  /** The current secret first; the rest only verify. */
  secrets: readonly string[]
  signingKeys: readonly SigningKey[]
  ttlSeconds: number
  issuer: string
  audience: string
  clock: Clock
  random: Random
}

/** jose imports a JWK on first use and caches that by the object. */
type Key = CryptoKey | JWK

/** A signing key, looked up by its id. */
interface RingEntry {
  algorithm: string
  signing: Key
  verifying: Key
}

/** Longer than any of our tokens; longer strings are refused before any work is done on them. */
const maxTokenLength = 4096

/** Creates the access tokens of one Kith instance. */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { ttlSeconds, issuer, audience, clock, random } = options
  const asymmetric = options.signingKeys.length > 0
  const ring = asymmetric ? asymmetricRing(options.signingKeys) : symmetricRing(options.secrets)
  const algorithms = [...new Set([...ring.values()].map((entry) => entry.algorithm))]
  const [signingKid = ''] = ring.keys()

  // The key is chosen by id and must match the algorithm in the header: no header can make a key serve another purpose.
  function findKey({ kid, alg }: JWTHeaderParameters): Key {
    const entry = ring.get(String(kid))
    if (entry?.algorithm !== alg) throw new TypeError('no key has this id and algorithm')
    return entry.verifying
  }

  return {
    async issue(grant, latest) {
      const entry = ring.get(signingKid)
      if (!entry) throw new TypeError('there is no key to sign with')
      const now = Math.floor(clock().getTime() / 1000)
      // Shortened by up to 5 %, so that clients that signed in together do not all refresh together.
      const [chance = 0] = random(1)
      const usual = ttlSeconds - Math.floor((ttlSeconds * 0.05 * chance) / 256)
      const expiresIn = Math.max(1, Math.min(usual, Math.floor(latest.getTime() / 1000) - now))
      const token = await new SignJWT(claimsOf(grant))
        .setProtectedHeader({ alg: entry.algorithm, typ: 'at+jwt', kid: signingKid })
        .setSubject(grant.userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(now + expiresIn)
        .sign(entry.signing)
      return { token: entry.algorithm === 'ES256' ? withLowS(token) : token, expiresIn }
    },
    async verify(token) {
      if (!isCanonicalToken(token, maxTokenLength)) throw new KithError('access-token-invalid')
      try {
        const { payload, protectedHeader } = await jwtVerify(token, findKey, {
          algorithms,
          issuer,
          audience,
          typ: 'at+jwt',
          currentDate: clock(),
          requiredClaims: ['sub', 'sid', 'exp', 'iat'],
        })
        if (protectedHeader.alg === 'ES256' && !hasLowS(token))
          throw new TypeError('not signed as we sign it')
        return readClaims(payload)
      } catch (error) {
        if (error instanceof JWTExpired)
          throw new KithError('access-token-expired', { detail: 'Refresh the session.' })
        throw new KithError('access-token-invalid', { cause: error })
      }
    },
    jwks: () => (asymmetric ? { keys: options.signingKeys.map(publicHalf) } : null),
  }
}

/** The claims that differ between tokens, with the names of RFC 9068, RFC 8693 and RFC 8176. */
function claimsOf({ sessionId, role, provedAt, methods, actorId }: AccessGrant): JWTPayload {
  return {
    sid: sessionId,
    auth_time: Math.floor(provedAt.getTime() / 1000),
    ...(methods.length > 0 && { amr: methods }),
    roles: [role],
    ...(actorId !== null && { act: { sub: actorId } }),
  }
}

/** Throws if a claim does not have the form that we write. */
function readClaims(payload: JWTPayload): AccessClaims {
  const { sub, sid, exp, roles, auth_time: provedAt, amr, act } = claims.parse(payload)
  return {
    userId: sub,
    sessionId: sid,
    expiresAt: exp * 1000,
    ...(roles && { role: roles[0] }),
    ...(provedAt !== undefined && { provedAt: new Date(provedAt * 1000), methods: Object.freeze(amr ?? []) }),
    ...(act && { actorId: act.sub }),
  }
}

const name = z.string().min(1)
const claims = z.object({
  sub: name,
  sid: name,
  exp: z.number().positive(),
  roles: z.tuple([name]).optional(),
  auth_time: z.int().nonnegative().optional(),
  amr: z.array(name).optional(),
  act: z.strictObject({ sub: name }).optional(),
})

function symmetricRing(secrets: readonly string[]): Map<string, RingEntry> {
  return new Map(
    secrets.map((secret) => {
      const derived = deriveKey(secret, 'access-token')
      const key = toJwtKey(derived)
      return [derived.kid, { algorithm: 'HS256', signing: key, verifying: key }]
    }),
  )
}

function asymmetricRing(signingKeys: readonly SigningKey[]): Map<string, RingEntry> {
  return new Map(
    signingKeys.map((key) => {
      const verifying = publicHalf(key)
      return [
        key.kid,
        { algorithm: key.algorithm, signing: { ...verifying, d: key.jwk.d } as JWK, verifying },
      ]
    }),
  )
}

function publicHalf({ kid, algorithm, jwk }: SigningKey): JWK {
  const { kty, crv, x, y } = jwk
  return { kty, crv, x, ...(y === undefined ? {} : { y }), kid, alg: algorithm, use: 'sig' } as JWK
}
