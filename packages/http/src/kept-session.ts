import type { ClientInfo, Clock, Sessions, SignIn } from '@kith/core'
import { type Cookies, pairsOf } from './cookies.ts'
import { isDeadToken, isUnproved } from './guard.ts'

/**
 * The session of an admin, kept in a separate cookie while their browser has the cookies of an account that they act
 * as.
 */
export interface KeptSession {
  /** The `Set-Cookie` headers that replace one with the other. */
  setAside(refreshToken: string, acting: SignIn): string[]
  /**
   * Those that restore the admin's session, with fresh tokens, if the cookies of this request are of an account that
   * they act as; `null` if they are not, or if that session has ended too.
   */
  bringBack(header: string | null, client: ClientInfo): Promise<string[] | null>
  /**
   * Ends the kept session, if there is one, since this browser signs in to something else; returns the headers that
   * remove its cookie.
   */
  forget(header: string | null, client: ClientInfo): Promise<string[]>
}

/** The dependencies of {@link createKeptSession}. */
export interface KeptSessionOptions {
  sessions: Sessions
  cookies: Cookies
  secure: boolean
  clock: Clock
}

/** Creates it for one handler. */
export function createKeptSession({ sessions, cookies, secure, clock }: KeptSessionOptions): KeptSession {
  // With this prefix no other host of the domain can set its own: it would sign an admin in to another account.
  const name = `${secure ? '__Host-' : ''}kith-admin`
  const write = (value: string, seconds: number): string =>
    `${name}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; ${secure ? 'Secure; ' : ''}SameSite=Strict`
  const read = (header: string | null): string | undefined =>
    pairsOf(header).find(([found]) => found === name)?.[1]

  return {
    setAside(refreshToken, acting) {
      const seconds = Math.ceil((Date.parse(acting.session.expiresAt) - clock().getTime()) / 1000)
      return [...cookies.set(acting), write(refreshToken, Math.max(0, seconds))]
    },
    async bringBack(header, client) {
      const kept = read(header)
      const { refreshToken } = cookies.read(header)
      if (kept === undefined || refreshToken === null) return null
      if (!(await sessions.isImpersonated(refreshToken))) return null
      try {
        return [...cookies.set(await sessions.refresh(kept, client)), write('', 0)]
      } catch (error) {
        // One that is bound to a device is refreshed only by its browser, so the admin has to sign in again.
        if (isDeadToken(error) || isUnproved(error)) return null
        throw error
      }
    },
    async forget(header, client) {
      const kept = read(header)
      if (kept === undefined) return []
      await sessions.logoutByRefreshToken(kept, client)
      return [write('', 0)]
    },
  }
}
