import type { AccessClaims } from './access-token.ts'

/** Access tokens that were verified before, the most recently used ones. */
export interface VerifiedTokens {
  get(token: string): AccessClaims | undefined
  set(token: string, claims: AccessClaims): void
  delete(token: string): void
}

/** Remembers at most `capacity` tokens; past that the least recently used one is forgotten. */
export function createVerifiedTokens(capacity: number): VerifiedTokens {
  const claimsByToken = new Map<string, AccessClaims>()

  return {
    get(token) {
      const claims = claimsByToken.get(token)
      if (claims) {
        // A map keeps the order of insertion, so putting it back makes it the newest.
        claimsByToken.delete(token)
        claimsByToken.set(token, claims)
      }
      return claims
    },
    set(token, claims) {
      claimsByToken.set(token, claims)
      if (claimsByToken.size > capacity) {
        const oldest = claimsByToken.keys().next()
        if (!oldest.done) claimsByToken.delete(oldest.value)
      }
    },
    delete(token) {
      claimsByToken.delete(token)
    },
  }
}
