import { createReadStream } from 'node:fs'
import {
  type ClientInfo,
  InvalidInputError,
  type Kith,
  KithError,
  RetryLaterError,
  type SignIn,
} from '@kith/core'
import type { KithExpress } from '@kith/express'
import { type Request, Router } from 'express'
import { fileOf, withForm } from '../middleware/upload.middleware.ts'

/**
 * Registration as a form with pictures, replacing Kith's own. Everything else under /users (login, refresh, logout,
 * profile, sessions, follows) is Kith's.
 */
export function userRoutes(kith: Kith, { signIn }: Pick<KithExpress, 'signIn'>): Router {
  const router = Router()
  router.post('/users/register', async (request, response) => {
    await demandTurn(kith, request)
    // Within `signIn`, which refuses pages that are not allowed before a byte of the form is read.
    const answer = await signIn({ request, response }, async ({ device }) => {
      const client = { address: request.ip, userAgent: request.get('user-agent'), device }
      const signedIn = await withForm({ request, response }, async () => {
        if (!fileOf(request, 'avatar')) throw missing('avatar')
        return await register(kith, request, client)
      })
      if (!signedIn) throw new KithError('malformed-request', { detail: 'The sender has left.' })
      return signedIn
    })
    response.status(201).json(answer)
  })
  return router
}

/** Counts forms before they are read: Kith counts registrations, which is after up to 40 MB. @throws rate-limited */
async function demandTurn(
  { config: { rateLimits, clock } }: Kith,
  { ip = 'unknown' }: Request,
): Promise<void> {
  const limits = [{ limit: 30, windowSeconds: 3_600 }]
  const { allowed, retryAfterSeconds } = await rateLimits.hit(`form:${ip}`, limits, clock())
  if (!allowed) throw new RetryLaterError('rate-limited', retryAfterSeconds)
}

async function register(kith: Kith, request: Request, client: ClientInfo): Promise<SignIn> {
  const { fullName, ...fields } = request.body as Record<string, string>
  const account = { ...fields, ...(fullName !== undefined && { name: fullName }) } as Parameters<
    Kith['accounts']['register']
  >[0]
  const signedIn = await kith.accounts.register(account, client)
  const viewer = kith.viewerOf(signedIn.user.id)
  try {
    for (const [field, use] of [
      ['avatar', 'avatar'],
      ['coverImage', 'cover'],
    ] as const) {
      const file = fileOf(request, field)
      if (!file) continue
      const { id } = await kith.uploads.add(viewer, createReadStream(file.path))
      await kith.uploads.use(viewer, id, use)
    }
  } catch (error) {
    // No account without its picture: when the form is sent again, the username is still free.
    await kith.accounts.remove(viewer.userId, { holdUsername: false })
    throw error
  }
  return { ...signedIn, user: await kith.accounts.me(viewer) }
}

function missing(path: string): InvalidInputError {
  return new InvalidInputError([{ path, code: 'required', message: 'Send a picture' }])
}
