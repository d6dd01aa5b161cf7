import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { Kith } from '@kith/core'
import type { KithExpress } from '@kith/express'
import { type Request, Router } from 'express'

/** Somebody whom another service has signed in. */
export interface Identity {
  issuer: string
  /** What the issuer calls them. It never changes, unlike an email address. */
  subject: string
  name: string
}

/** The other service, by a library such as openid-client or arctic. */
export interface Provider {
  /** Where the browser goes to sign in. */
  urlFor(state: string): URL
  /** Trades what the service sent back for an identity, or throws. */
  identify(callback: URL): Promise<Identity>
}

/** Sign-in with another service: `/auth` sends the browser there, and it comes back to `/auth/callback`. */
export function thirdParty(kith: Kith, { signIn }: Pick<KithExpress, 'signIn'>, provider: Provider): Router {
  const router = Router()
  router.get('/auth', (_request, response) => {
    const state = randomUUID()
    response.cookie('state', state, { httpOnly: true, secure: true, sameSite: 'lax', maxAge: 600_000 })
    response.redirect(provider.urlFor(state).href)
  })
  router.get('/auth/callback', async (request, response) => {
    const callback = new URL(request.originalUrl, `${request.protocol}://${request.host}`)
    // The browser that comes back is the one that was sent, so nobody is signed in to the account of somebody else.
    if (!hasState(request, callback.searchParams.get('state'))) return void response.redirect('/auth')
    response.clearCookie('state')
    const { issuer, subject, name } = await provider.identify(callback)
    await signIn({ request, response, fromElsewhere: true }, async ({ device }) => {
      // Never by an email address: then a service that does not check addresses would open the accounts of others.
      const { id } = await kith.accounts.shadow(`${issuer} ${subject}`, { name })
      return await kith.sessions.open(id, {
        address: request.ip,
        userAgent: request.get('user-agent'),
        device,
      })
    })
    response.redirect('/')
  })
  return router
}

function hasState({ headers }: Request, state: string | null): boolean {
  const [, own = ''] = /(?:^|; )state=([^;]*)/.exec(headers.cookie ?? '') ?? []
  return (
    state !== null && own.length === state.length && timingSafeEqual(Buffer.from(own), Buffer.from(state))
  )
}
