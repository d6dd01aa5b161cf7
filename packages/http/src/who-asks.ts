import type { Kith } from '@kith/core'
import { createCallingPage } from './calling-page.ts'
import type { Cookies } from './cookies.ts'
import { createGuard, type Guard } from './guard.ts'
import { createHostGuard } from './host-guard.ts'
import type { HttpConfig } from './options.ts'
import { createRenew, createRenewNothing, type Renew } from './renewal.ts'

/** Identifies callers: through sessions of Kith, or the app's own sign-in. */
export interface WhoAsks {
  guard: Guard
  renew: Renew
}

/** Creates it for one handler. */
export function createWhoAsks(
  kith: Kith,
  { viewer, allowedOrigins }: Pick<HttpConfig, 'viewer' | 'allowedOrigins'>,
  cookies: Cookies,
): WhoAsks {
  const page = createCallingPage(allowedOrigins)
  if (viewer) {
    const guard = createHostGuard({ viewer, kith, page })
    return { guard, renew: createRenewNothing(guard) }
  }
  const { sessions } = kith
  const guard = createGuard({ sessions, cookies, page })
  return { guard, renew: createRenew({ guard, cookies, sessions, page }) }
}
