import { Readable } from 'node:stream'
import {
  type ClientInfo,
  InvalidInputError,
  type Kith,
  KithError,
  type RegisterInput,
  type SignIn,
} from '@kith/core'
import type { KithExpress } from '@kith/express'
import { type Request, type Response, Router } from 'express'
import multer from 'multer'

/** The picture is held in memory, so it must be small. */
const form = multer({ limits: { fileSize: 5_000_000, files: 1, fields: 10, fieldSize: 1_000 } }).single(
  'avatar',
)

/** Registration as a form with a picture. Disable Kith's own: `kithExpress(kith, { routes: { register: false } })`. */
export function registrationWithPicture(kith: Kith, { signIn }: Pick<KithExpress, 'signIn'>): Router {
  return Router().post('/api/v1/users/register', async (request, response) => {
    // Within `signIn`, which refuses pages that are not allowed before a byte of the form is read.
    const answer = await signIn({ request, response }, async ({ device }) => {
      await readForm(request, response)
      return await register(kith, request, {
        address: request.ip,
        userAgent: request.get('user-agent'),
        device,
      })
    })
    response.status(201).json(answer)
  })
}

async function register(kith: Kith, { body, file }: Request, client: ClientInfo): Promise<SignIn> {
  if (!file) throw new InvalidInputError([{ path: 'avatar', code: 'required', message: 'Send a picture' }])
  const signedIn = await kith.accounts.register({ ...(body as RegisterInput) }, client)
  const viewer = kith.viewerOf(signedIn.user.id)
  try {
    const { id } = await kith.uploads.add(viewer, Readable.from([file.buffer]))
    await kith.uploads.use(viewer, id, 'avatar')
  } catch (error) {
    // No account without its picture: when the form is sent again, the username is still free.
    await kith.accounts.remove(signedIn.user.id, { holdUsername: false })
    throw error
  }
  return { ...signedIn, user: await kith.accounts.me(viewer) }
}

function readForm(request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    form(request, response, (error: unknown) => {
      if (!error) return resolve()
      const code =
        error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE'
          ? 'media-too-large'
          : 'malformed-request'
      reject(new KithError(code, { cause: error }))
    })
  })
}
