import { createSecretKey, randomBytes } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'

/** The lifetimes of the tokens of a hand-written twin, in seconds. */
export const lives: { access: number; refresh: number } = { access: 900, refresh: 30 * 86_400 }

/** Rotates the row of a session by compare-and-set, and resolves with its user, or with null if the generation differs. */
export type Step = (session: { sid: string; gen: number; now: number }) => Promise<string | null>

/** Tokens as a careful author would write them: keys imported once, both tokens signed concurrently. */
export interface TwinTokens {
  /** The refresh token of a new session. */
  first(sid: string): Promise<string>
  refresh(token: string, step: Step): Promise<{ accessToken: string; refreshToken: string }>
}

export function createTwinTokens(): TwinTokens {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const newKey = () => createSecretKey(randomBytes(32)).toCryptoKey(hmac, false, ['sign', 'verify'])
  const keys = { access: newKey(), refresh: newKey() }
  const names = { issuer: 'kith', audience: 'kith' }

  function sign(use: 'access' | 'refresh', claims: Record<string, unknown>, now: number): Promise<string> {
    return new SignJWT({ ...claims, iss: names.issuer, aud: names.audience, iat: now, exp: now + lives[use] })
      .setProtectedHeader({ alg: 'HS256', typ: use === 'access' ? 'at+jwt' : 'rt+jwt', kid: use })
      .sign(keys[use])
  }

  return {
    first: (sid) => sign('refresh', { sid, gen: 0 }, Math.floor(Date.now() / 1000)),
    async refresh(token, step) {
      const { payload } = await jwtVerify(token, keys.refresh, {
        ...names,
        algorithms: ['HS256'],
        typ: 'rt+jwt',
      })
      const [sid, gen] = [String(payload['sid']), Number(payload['gen'])]
      const now = Date.now()
      const userId = await step({ sid, gen, now })
      if (userId === null) throw new Error('this token was used before')
      const seconds = Math.floor(now / 1000)
      const [accessToken, refreshToken] = await Promise.all([
        sign('access', { sub: userId, sid }, seconds),
        sign('refresh', { sid, gen: gen + 1 }, seconds),
      ])
      return { accessToken, refreshToken }
    },
  }
}
