import { DatabaseSync } from 'node:sqlite'
import { createLocalBlobs } from '@kith/blob-local'
import { createKith, isInvalidInput, isKithError } from '@kith/core'
import { kithExpress, shutDownOnSignals } from '@kith/express'
import { createSharpImages } from '@kith/media-sharp'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { APIError, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import { username } from 'better-auth/plugins'
import express from 'express'

const { KITH_SECRET = '', AUTH_SECRET = '', PORT = '3000' } = process.env
const { DATABASE = 'app.db', AUTH_DATABASE = 'auth.db', MEDIA = 'media' } = process.env
const origin = `http://localhost:${PORT}`

const images = createSharpImages()
const kith = createKith({
  secret: KITH_SECRET,
  storage: createSqliteStorage({ path: DATABASE }),
  media: { blobs: createLocalBlobs({ directory: MEDIA, images }), images },
})
await kith.storage.migrate()

/** The fields of a user that its Kith account copies. */
function profileOf(user: { name: string; username?: unknown }): { name: string; username: string } {
  return { name: user.name, username: String(user.username ?? '') }
}

/** The account of a user, created if it does not exist. Fields that Kith rejects, or that are taken, are left out. */
async function makeAccount(user: { id: string; name: string; username?: unknown }): Promise<void> {
  try {
    await kith.accounts.shadow(user.id, profileOf(user))
  } catch (error) {
    if (!isInvalidInput(error)) throw error
    await kith.accounts.shadow(user.id)
  }
}

async function removeAccount(user: { id: string }): Promise<void> {
  try {
    await kith.accounts.remove(kith.accounts.shadowId(user.id))
  } catch (error) {
    if (!isKithError(error) || error.code !== 'account-not-found') throw error
  }
}

const auth = betterAuth({
  secret: AUTH_SECRET,
  baseURL: origin,
  database: new DatabaseSync(AUTH_DATABASE),
  emailAndPassword: { enabled: true },
  plugins: [username()],
  databaseHooks: {
    user: {
      create: {
        // A name that Kith does not allow is refused before the user is created.
        async before(user) {
          const profile = profileOf(user)
          const isFree = kith.accounts.inputs.shadow.safeParse(profile).success
          if (!isFree || (await kith.accounts.find(profile.username)))
            throw new APIError('UNPROCESSABLE_ENTITY', { message: 'Choose another username' })
        },
      },
    },
    session: {
      create: {
        // At sign-up and at every sign-in, so that users from before Kith get an account too.
        async after({ userId }, context) {
          const user = await context?.context.internalAdapter.findUserById(userId)
          if (user) await makeAccount(user)
        },
      },
    },
  },
  user: {
    deleteUser: {
      enabled: true,
      // Posts and pictures first: if deleting the user fails after that, it can be repeated.
      beforeDelete: removeAccount,
    },
  },
})
const { runMigrations } = await getMigrations(auth.options)
await runMigrations()

const { routes, requireViewer } = kithExpress(kith, {
  allowedOrigins: [origin],
  async viewer(_asking, request) {
    const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) })
    return session && kith.accounts.shadowId(session.user.id)
  },
})

const app = express()
app.all('/api/auth/{*path}', toNodeHandler(auth))
app.use(routes)
app.get('/hello', requireViewer, (request, response) => {
  response.json({ hello: request.viewer?.userId })
})
const server = app.listen(Number(PORT)).once('listening', () => console.log(origin))
shutDownOnSignals(server, { kith })
