import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { cheapPasswords, createReferenceHost } from '@kith/conformance'
import { createKith, createSketchCaptions, generateSigningKey, type KithOptions } from '@kith/core'
import { createPasskeys } from '@kith/core/passkeys'
import { createKithRoutes } from '@kith/http'
import { createNodeHandler } from '@kith/http/node'
import { createSqliteStorage } from '@kith/storage-sqlite'
import sharp from 'sharp'
import { createMailbox } from '../packages/core/test/mailbox.ts'
import { paperProvider } from '../packages/http/test/journeys/paper-provider.ts'
import { makeLocalMedia } from './local-media.ts'

/** A Kith with all of its routes, on Node's own server, for tools that read its OpenAPI description. */
export interface DescribedApp {
  /** The URL with the prefix. */
  url: string
  /** The OpenAPI document. */
  read(): Promise<string>
  /** The access token of a signed-in account with the username `ada`. */
  accessToken: string
  /** A post of that account. */
  postId: string
  /** An unused upload of that account. */
  uploadId: string
  close(): Promise<void>
}

const unlimited: KithOptions['limits'] = Object.fromEntries(
  [
    'registerByAddress',
    'registerAttemptByAddress',
    'loginByAddress',
    'loginByDevice',
    'passwordFormBySession',
    'refreshByAddress',
    'refreshBySession',
    'uploadByAccount',
    'postByAccount',
    'captionByAccount',
    'confirmByAccount',
    'exportByAccount',
    'changeByAccount',
    'revokeBySession',
    'identifierByAccount',
    'codeByAddress',
    'sendByAddress',
    'sendByClient',
    'sendByRecipient',
    'resendByFlow',
    'challengeByAddress',
    'factorByAccount',
  ].map((name) => [name, []]),
)

const messenger = createMailbox()

/** Starts it, without rate limits. */
export async function startDescribedApp(options: Partial<KithOptions> = {}): Promise<DescribedApp> {
  const storage = createSqliteStorage({ path: ':memory:' })
  await storage.migrate()
  const media = await makeLocalMedia()
  const sending = createReferenceHost()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage,
    passwords: cheapPasswords,
    media: { ...media.options, direct: sending.direct },
    captions: { writer: createSketchCaptions(), timeout: 1 },
    sessions: {
      signingKeys: [await generateSigningKey()],
      codeSignIn: true,
      deviceBound: true,
      impersonation: {},
    },
    messages: { email: messenger, sms: messenger },
    passkeys: createPasskeys({ rpId: 'app.example', rpName: 'App', origins: ['https://app.example'] }),
    publicUrl: 'https://app.example',
    providers: { paper: paperProvider('redirect') },
    ...options,
    limits: unlimited,
  })
  const handler = createNodeHandler(createKithRoutes(kith))
  const server = createServer((incoming, outgoing) => {
    void (handler(incoming, outgoing) ?? outgoing.writeHead(404).end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
  const { id } = await kith.accounts.import({
    username: 'ada',
    email: 'ada@example.com',
    passwordHash: null,
  })
  await kith.accounts.setPassword(id, 'correct horse battery')
  const { user, session, tokens } = await kith.sessions.open(id)
  const viewer = { userId: user.id, sessionId: session.id }
  const image = sharp({ create: { width: 80, height: 60, channels: 3, background: 'orchid' } })
  const picture = await image.jpeg().toBuffer()
  const [used, unused] = [
    await kith.uploads.add(viewer, Readable.from([picture])),
    await kith.uploads.add(viewer, Readable.from([picture])),
  ]
  const post = await kith.posts.create(viewer, { media: [used.id] })
  return {
    url,
    accessToken: tokens.accessToken,
    postId: post.id,
    uploadId: unused.id,
    read: async () => (await fetch(`${url}/openapi.json`)).text(),
    async close() {
      server.close()
      server.closeAllConnections()
      await kith.close()
      await storage.close()
      await media.close()
      await sending.close()
    },
  }
}
