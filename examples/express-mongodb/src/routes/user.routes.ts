import { createReadStream } from 'node:fs'
import { InvalidInputError, type Kith, type SignIn } from '@kith/core'
import type { KithExpress } from '@kith/express'
import { type Request, Router } from 'express'
import { fileOf, pictures } from '../middleware/upload.middleware.ts'

/**
 * Registration as a form with pictures, in place of Kith's own. Everything else under /users (login, refresh, logout,
 * profile, sessions, follows) is Kith's.
 */
export function userRoutes(kith: Kith, { signIn }: Pick<KithExpress, 'signIn'>): Router {
  const router = Router()
  router.post('/users/register', ...pictures, async (request, response) => {
    if (!fileOf(request, 'avatar')) throw missing('avatar')
    const answer = await signIn({ request, response }, () => register(kith, request))
    response.status(201).json(answer)
  })
  return router
}

async function register(kith: Kith, request: Request): Promise<SignIn> {
  const { fullName, ...fields } = request.body as Record<string, string>
  const client = { address: request.ip, userAgent: request.get('user-agent') }
  const account = { ...fields, ...(fullName !== undefined && { name: fullName }) } as Parameters<
    Kith['accounts']['register']
  >[0]
  const signedIn = await kith.accounts.register(account, client)
  const viewer = { userId: signedIn.user.id, sessionId: signedIn.session.id }
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
    // No account without its picture: whoever sends the form again finds the name free.
    await kith.accounts.delete(viewer, { password: account.password }, { holdUsername: false })
    throw error
  }
  return { ...signedIn, user: await kith.accounts.me(viewer) }
}

function missing(path: string): InvalidInputError {
  return new InvalidInputError([{ path, code: 'required', message: 'Send a picture' }])
}
