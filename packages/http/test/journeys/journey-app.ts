import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { cheapPasswords, type WireAnswer } from '@kith/conformance'
import { createKith, createSketchCaptions, generateSigningKey, type Kith } from '@kith/core'
import { createPasskeys } from '@kith/core/passkeys'
import type { BlobStore, ServedBlobStore } from '@kith/core/ports'
import { createKithHttp, type RouteDescription } from '@kith/http'
import { createMailbox, type Mailbox } from '../../../core/test/mailbox.ts'
import { type Answer, checkAnswer, toAnswer } from './answer.ts'
import { checkDescribed, type Description } from './description.ts'
import { type Client, clientOf, type JourneyRequest } from './client.ts'
import { hostMedia } from './hosted-media.ts'
import type { JourneyHost, JourneyMedia, JourneySetup } from './journey-host.ts'
import { paperProvider } from './paper-provider.ts'
import { createSecretsWatch } from './secrets-watch.ts'

/** An app with Kith that a journey uses. */
export interface JourneyApp extends Client {
  readonly kith: Kith
  readonly host: JourneyHost
  /** Lines that Kith has logged. */
  readonly log: readonly string[]
  readonly media: JourneyMedia
  /** Emails that Kith has sent. */
  readonly mailbox: Mailbox
  /** The text messages that Kith has sent. */
  readonly phones: Mailbox
  /** How many blobs are open for reading. */
  openFiles(): number
  /** How many client connections are open. */
  connections(): Promise<number>
  now(): Date
  /** Advances the clock. */
  advance(seconds: number): void
  /** Calls any path, without the checks that apply to every response of Kith. */
  raw(path: string, request?: JourneyRequest): Promise<Answer>
  /** Makes every call of the storage fail with this error, or work again. */
  breakStorage(error: Error | null): void
  /** Makes lists of follows, likes and saves fail with this error, or work again: an export reads them last. */
  breakEdgeLists(error: Error | null): void
  /** Makes every call to the media host fail with this error, or work again. */
  breakMedia(error: Error | null): void
  /** Checks that no secret is in the log, and stops the app. */
  close(): Promise<void>
}

/** The secret of Kith in journeys. */
export const journeySecret = 'the secret of all journeys, long enough'

/** The page that is allowed to make calls, unless a journey sets other options. */
export const allowedOrigin = 'https://app.example'

/** The pages of the app that the links in messages open. */
const links = {
  resetPassword: `${allowedOrigin}/reset`,
  signIn: `${allowedOrigin}/sign-in`,
  revertAddress: `${allowedOrigin}/revert`,
}

/** Starts an app for one journey. */
export async function openJourneyApp(host: JourneyHost, setup: JourneySetup = {}): Promise<JourneyApp> {
  let time = Date.parse('2026-01-01T12:00:00.000Z')
  let fault: Error | null = null
  let edgeFault: Error | null = null
  let openFiles = 0
  const log: string[] = []
  const [mailbox, phones] = [createMailbox(), createMailbox()]
  const secrets = createSecretsWatch()
  const now = (): Date => new Date(time)
  const write = (message: string, detail?: unknown): void =>
    void log.push(`${message} ${inspect(detail, { depth: 10 })}`)

  const storage = await host.makeStorage()
  await storage.migrate()
  const local = await host.makeMedia()
  const hosted = setup.hosted ? hostMedia(local, now) : null
  const media = hosted ?? local
  const kith = createKith({
    secret: journeySecret,
    prefix: host.prefix,
    storage: {
      ...storage,
      users: breakable(storage.users, () => fault),
      sessions: breakable(storage.sessions, () => fault),
      edges: {
        ...storage.edges,
        list: async (side, keyset) => {
          if (edgeFault) throw edgeFault
          return await storage.edges.list(side, keyset)
        },
      },
    },
    passwords: cheapPasswords,
    accounts: {
      revealTaken: setup.revealTaken,
      ...(setup.confirm && { confirm: 'email', identifiers: { email: 'required' } }),
      ...setup.accounts,
    },
    challenge: setup.challenge,
    limits: setup.limits,
    passkeys: createPasskeys({ rpId: 'app.example', rpName: 'Journeys', origins: [allowedOrigin] }),
    messages: { email: mailbox, sms: phones, links },
    ...(setup.providers && {
      publicUrl: allowedOrigin,
      providers: { paper: paperProvider('redirect'), form: paperProvider('form-post') },
    }),
    media: {
      ...media.options,
      blobs: watchReads(media.options.blobs, setup.largeFiles, (change) => (openFiles += change)),
    },
    captions: { writer: setup.captions ?? createSketchCaptions(), timeout: 1 },
    sessions: {
      codeSignIn: true,
      // Used in all journeys: browsers that do not support it notice nothing.
      deviceBound: setup.deviceBound ?? true,
      impersonation: {},
      ...(setup.asymmetric && { signingKeys: [await generateSigningKey()] }),
    },
    audit: { keepFor: '30d' },
    clock: now,
    logger: { warn: write, error: write },
  })
  const httpOptions = { allowedOrigins: [allowedOrigin], ...setup.http }
  const own = createKithHttp(kith, httpOptions)
  const { routes } = own
  let description: Promise<Description> | undefined
  const readDescription = async (): Promise<Description> => {
    const response = await own.handle(new Request(`http://localhost${host.prefix}/openapi.json`))
    return (await response.json()) as Description
  }
  const server = await host.serve(kith, httpOptions)

  async function send(path: string, request: JourneyRequest): Promise<WireAnswer> {
    const { method = 'GET', headers = {}, json, body, ...rest } = request
    const pairs: (readonly [string, string])[] = Array.isArray(headers)
      ? [...headers]
      : Object.entries(headers)
    if (json !== undefined) pairs.push(['content-type', 'application/json'])
    const wire = {
      ...rest,
      method,
      path,
      headers: pairs,
      body: json === undefined ? body : JSON.stringify(json),
    }
    secrets.watchRequest(json)
    const answer = await server.send(wire)
    secrets.watchAnswer(answer)
    return answer
  }

  async function request(path: string, given: JourneyRequest = {}): Promise<Answer> {
    const { method = 'GET' } = given
    const answer = await send(host.prefix + path, given)
    const route = findRoute(routes, method, path)
    if (!given.abort) checkAnswer(answer, route, method)
    // A fixed path wins over one with a parameter, even for a method that it does not have.
    if (route && answer.status !== 405 && answer.status !== 0)
      checkDescribed(await (description ??= readDescription()), route, answer)
    return toAnswer(answer)
  }

  return {
    ...clientOf(request),
    kith,
    host,
    log,
    media,
    mailbox,
    phones,
    openFiles: () => openFiles,
    connections: server.connections,
    now,
    advance: (seconds) => void (time += seconds * 1000),
    raw: async (path, request = {}) => toAnswer(await send(path, request)),
    breakStorage: (error) => void (fault = error),
    breakEdgeLists: (error) => void (edgeFault = error),
    breakMedia(error) {
      assert.ok(hosted, 'the media of this journey are not hosted')
      hosted.break(error)
    },
    async close() {
      await server.close()
      await kith.settled()
      await storage.close()
      await media.close()
      for (const line of log) for (const secret of secrets.all()) assert.ok(!line.includes(secret), line)
    },
  }
}

const largeSize = 24 * 2 ** 20

/** A store that reports when a blob is opened for reading and when it is closed. */
function watchReads(blobs: BlobStore, large = false, report: (change: 1 | -1) => void): BlobStore {
  if (blobs.kind !== 'served') return blobs
  async function* watched(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    report(1)
    try {
      yield* bytes
      if (large) for (let size = 0; size < largeSize; size += 2 ** 16) yield Buffer.alloc(2 ** 16)
    } finally {
      report(-1)
    }
  }
  const served: ServedBlobStore = {
    ...blobs,
    async read(...given) {
      const found = await blobs.read(...given)
      return found && { ...found, size: found.size + (large ? largeSize : 0), bytes: watched(found.bytes) }
    },
  }
  return served
}

function findRoute(
  routes: readonly RouteDescription[],
  method: string,
  path: string,
): RouteDescription | undefined {
  const [pathname = ''] = path.split('?')
  return routes.find((route) => {
    const pattern = route.path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')
    return route.method === method && new RegExp(`^${pattern}$`).test(pathname)
  })
}

function breakable<Store extends object>(store: Store, fault: () => Error | null): Store {
  return new Proxy(store, {
    get(target, name) {
      const error = fault()
      const member: unknown = Reflect.get(target, name)
      if (error && typeof member === 'function') return () => Promise.reject(error)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}
