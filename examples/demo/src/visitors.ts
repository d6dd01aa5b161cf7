import { type Kith, KithError } from '@kith/core'
import type { KithExpress } from '@kith/express'
import { type RequestHandler, Router } from 'express'
import { idsOfCast, viewerOfGallery } from './seed/index.ts'

/**
 * What this demo adds to the routes of Kith, for visitors without an account: the people, the posts of everyone, and a way to sign in as
 * one of them. An app has no such sign-in; here it stands for an app's own sign-in, with a third party or a passkey.
 */
export function createVisitorRoutes(kith: Kith, { signIn }: Pick<KithExpress, 'signIn'>): RequestHandler {
  const ids = idsOfCast(kith)
  const router = Router()
  router.get('/demo/people', async (_request, response) => {
    const people = (await kith.accounts.byIds(ids)).filter((user) => user !== null)
    // What the host sees of an account is not public.
    const items = people.map(({ id, username, name, bio, avatar }) => ({ id, username, name, bio, avatar }))
    response.set('cache-control', 'no-cache').json({ items })
  })
  router.get('/demo/posts', async ({ query: { cursor } }, response) => {
    const input = typeof cursor === 'string' ? { cursor } : {}
    const { items, nextCursor } = await kith.feed.home(viewerOfGallery(kith), input)
    // What the gallery likes and saves is private.
    const posts = items.map(({ viewer: _viewer, ...post }) => post)
    response.set('cache-control', 'no-cache').json({ items: posts, nextCursor })
  })
  router.post('/demo/sign-in/:userId', async (request, response) => {
    const { userId } = request.params
    // `signIn` refuses pages of other origins before it does anything, as for a sign-in by password.
    const answer = await signIn({ request, response }, async ({ device }) => {
      // The ids are derived from names of the demo: no registered account can have one of them.
      if (!ids.includes(userId)) throw new KithError('account-not-found')
      const userAgent = request.get('user-agent')
      return await kith.sessions.open(userId, { address: request.ip, userAgent, device })
    })
    response.json(answer)
  })
  return router
}
