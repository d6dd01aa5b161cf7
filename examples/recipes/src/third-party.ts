import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { Kith } from '@kith/core'
import type { KithExpress } from '@kith/express'
import { type Request, Router } from 'express'

/** A person whom another service has signed in. */
export interface Identity {
  issuer: string
  /** The issuer's id for the person. It never changes, unlike an email address. */
  subject: string
  name: string
}

/** The other service, with a library such as openid-client or arctic. */
export interface Provider {
  /** The URL to which the browser goes to sign in. */
  urlFor(state: string): URL
  /** Exchanges the response of the service for an identity; `null` if the person declined. */
  identify(callback: URL): Promise<Identity | null>
}

/** Sign-in with another service: `/auth` sends the browser there, and it returns to `/auth/callback`. */
export function thirdParty(kith: Kith, { signIn }: Pick<KithExpress, 'signIn'>, provider: Provider): Router {
  const router = Router()
  router.get('/auth', (_request, response) => {
    const state = randomUUID()
    response.cookie('state', state, { httpOnly: true, secure: true, sameSite: 'lax', maxAge: 600_000 })
    response.redirect(provider.urlFor(state).href)
  })
  router.get('/auth/callback', async (request, response) => {
    const callback = new URL(request.originalUrl, `${request.protocol}://${request.host}`)
    // The browser that returns is the one that was sent, so nobody is signed in to someone else's account.
    if (!hasState(request, callback.searchParams.get('state')))
      return void response.status(400).send('This sign-in was not begun here, or too long ago: begin again.')
    response.clearCookie('state')
    const identity = await provider.identify(callback)
    if (!identity) return void response.redirect('/')
    const { issuer, subject, name } = identity
    await signIn({ request, response, fromElsewhere: true }, async ({ device }) => {
      // Never match by email: a service that does not verify emails would open other people's accounts.
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
