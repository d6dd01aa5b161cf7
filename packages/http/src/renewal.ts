import { type ClientInfo, type Refreshed, type Sessions, type Viewer } from '@kith/core'
import { createSingleFlight } from '@kith/core/adapter'
import type { CallingPage } from './calling-page.ts'
import type { Cookies } from './cookies.ts'
import { type Guard, isDeadToken, isUnproved, type SessionGuard } from './guard.ts'
import type { RequestHead } from './http-request.ts'

/** Who asks for a page, and what their browser gets with it. */
export interface Renewal {
  /** `null` for a guest. */
  readonly viewer: Viewer | null
  /** `Set-Cookie` headers for the response: new cookies, or those that remove dead ones. Mostly none. */
  readonly setCookies: readonly string[]
  /**
   * The `Cookie` header with the new cookies in place of the old: for a request that is handed on to whatever renders the page. `null`
   * where it stays as it is.
   */
  readonly cookie: string | null
}

/** Finds out who asks, and renews a session whose access cookie has ended. */
export type Renew = (head: RequestHead, client: ClientInfo) => Promise<Renewal>

/** What {@link createRenew} depends on. */
export interface RenewOptions {
  guard: SessionGuard
  cookies: Cookies
  sessions: Sessions
  page: CallingPage
}

/** Creates the renewing of sessions by cookies. */
export function createRenew({ guard, cookies, sessions, page }: RenewOptions): Renew {
  /** A page, its pictures and ten tabs that wake up together are one step, and one call of the session's limit. */
  const oneStep = createSingleFlight<Refreshed>()

  /**
   * The new cookies have to arrive: without them the browser would come with a token that is used up, as a thief does. Some clients ask
   * for a head and keep none of its cookies, and a page of another site can load ours as a picture and give up on it.
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
      // The same step for the same client only: a second one within the grace is worth an event.
      const { session, tokens } = await oneStep(
        JSON.stringify([refreshToken, client.address, client.userAgent]),
        () => sessions.refresh(refreshToken, client),
      )
      guard.renewed(head, tokens)
      const setCookies = cookies.set({ session, tokens })
      return {
        // With who acts, where an admin does.
        viewer: await sessions.authenticate(tokens.accessToken),
        setCookies,
        cookie: cookies.replaceIn(header, tokens),
      }
    } catch (error) {
      // Only its browser renews it, which does so for most requests before they are sent; for this one it has not.
      if (isUnproved(error)) return unchanged(null)
      if (!isDeadToken(error)) throw error
      return { viewer: null, setCookies: cookies.clear(), cookie: cookies.replaceIn(header, null) }
    }
  }
}

/** Where the app signs people in itself, its own sign-in renews. */
export function createRenewNothing(guard: Guard): Renew {
  return async (head) => unchanged(await guard.guestOf(guard.credentials(head)))
}

function unchanged(viewer: Viewer | null): Renewal {
  return { viewer, setCookies: [], cookie: null }
}
