import { type ClientInfo, type Refreshed, type Sessions, type Viewer } from '@kith/core'
import { createSingleFlight } from '@kith/core/adapter'
import type { CallingPage } from './calling-page.ts'
import type { Cookies } from './cookies.ts'
import { type Guard, isDeadToken, isUnproved, type SessionGuard } from './guard.ts'
import type { RequestHead } from './http-request.ts'

/** The viewer of a page, and what to send to their browser. */
export interface Renewal {
  /** `null` for a guest. */
  readonly viewer: Viewer | null
  /** `Set-Cookie` headers for the response: new cookies, or those that remove dead ones. Usually none. */
  readonly setCookies: readonly string[]
  /**
   * The `Cookie` header with the new cookies instead of the old: for a request that is passed on to the page renderer.
   * `null` if unchanged.
   */
  readonly cookie: string | null
}

/** Finds the viewer, and renews a session whose access cookie has expired. */
export type Renew = (head: RequestHead, client: ClientInfo) => Promise<Renewal>

/** The dependencies of {@link createRenew}. */
export interface RenewOptions {
  guard: SessionGuard
  cookies: Cookies
  sessions: Sessions
  page: CallingPage
}

/** Creates the renewal of sessions by cookies. */
export function createRenew({ guard, cookies, sessions, page }: RenewOptions): Renew {
  /** A page, its pictures and ten tabs that wake up together are one step, and one call in the session's limit. */
  const oneStep = createSingleFlight<Refreshed>()

  /**
   * The new cookies have to arrive: without them the browser would send a used token, as a thief does. Some clients
   * request a head and keep none of its cookies, and a page of another site can load ours as a picture and abort.
   */
  function mayLoseCookies(head: RequestHead): boolean {
    if (head.method === 'HEAD') return true
    return page.judge(head) === 'refused' && head.headers.get('sec-fetch-mode') !== 'navigate'
  }

  return async (head, client) => {
    const found = guard.credentials(head)
    const viewer = await guard.guestOf(found)
    const refreshToken = found.kind === 'cookies' ? found.refreshToken : null
    if (viewer || refreshToken === null || mayLoseCookies(head)) return unchanged(viewer)
    const header = head.headers.get('cookie')
    try {
      // The same step only for the same client: a second one within the grace period deserves an event.
      const { session, tokens } = await oneStep(
        JSON.stringify([refreshToken, client.address, client.userAgent]),
        () => sessions.refresh(refreshToken, client),
      )
      guard.renewed(head, tokens)
      const setCookies = cookies.set({ session, tokens })
      return {
        // With the actor, if an admin acts.
        viewer: await sessions.authenticate(tokens.accessToken),
        setCookies,
        cookie: cookies.replaceIn(header, tokens),
      }
    } catch (error) {
      // Only its browser renews it, before most requests; for this one it has not.
      if (isUnproved(error)) return unchanged(null)
      if (!isDeadToken(error)) throw error
      return { viewer: null, setCookies: cookies.clear(), cookie: cookies.replaceIn(header, null) }
    }
  }
}

/** If the app signs people in itself, its own sign-in renews. */
export function createRenewNothing(guard: Guard): Renew {
  return async (head) => unchanged(await guard.guestOf(guard.credentials(head)))
}

function unchanged(viewer: Viewer | null): Renewal {
  return { viewer, setCookies: [], cookie: null }
}
