import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import * as z from 'zod'
import type { AccountRules } from './accounts/account-inputs.ts'
import { argon2Bounds } from './accounts/argon2-hash.ts'
import { fold } from './accounts/identifiers.ts'
import { reservedUsernames } from './accounts/reserved-names.ts'
import type { CaptionWriter } from './captions/caption-writer.ts'
import { type Duration, durationSeconds } from './duration.ts'
import type { Clock, Random } from './id.ts'
import type { BlobStore } from './media/blob-store.ts'
import type { DirectUploads } from './media/direct-uploads.ts'
import type { ImageProcessor } from './media/image-processor.ts'
import type { VideoProcessor } from './media/video-processor.ts'
import { createLog, type Log } from './log/log.ts'
import type { Logger } from './log/logger.ts'
import { createMemoryRateLimits } from './memory/memory-rate-limits.ts'
import { createMemoryRevocations } from './memory/memory-revocations.ts'
import type { KithOptions, LimitRule, PasswordOptions } from './options.ts'
import { defaultLimits, type LimitName } from './sessions/limits.ts'
import type { Limit, RateLimits } from './sessions/rate-limits.ts'
import { isGuessableSecret } from './text/guessable.ts'
import type { Revocations } from './sessions/revocations.ts'
import type { SigningKey } from './sessions/signing-keys.ts'
import { silentTelemetry, type Telemetry } from './telemetry/telemetry.ts'

/** The options of one Kith instance, checked, with every default filled in. */
export interface KithConfig {
  /** The current secret first. */
  readonly secrets: readonly string[]
  readonly accounts: AccountRules & { readonly revealTaken: boolean; readonly usernameHoldSeconds: number }
  readonly passwords: PasswordOptions
  readonly sessions: {
    readonly accessTtlSeconds: number
    readonly refreshTtlSeconds: number
    readonly maxLifetimeSeconds: number
    readonly maxPerAccount: number
    readonly graceSeconds: number
    readonly issuer: string
    readonly audience: string
    readonly signingKeys: readonly SigningKey[]
  }
  readonly media: MediaConfig
  readonly captions: { readonly writer: CaptionWriter | null; readonly timeoutSeconds: number }
  readonly posts: { readonly textOnly: boolean }
  readonly fetch: typeof fetch
  readonly limits: Readonly<Record<LimitName, readonly Limit[]>>
  readonly revocations: Revocations
  readonly rateLimits: RateLimits
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Whether the app gave a logger of its own. */
  readonly ownLogger: boolean
  /** Does nothing where none was given. */
  readonly telemetry: Telemetry
}

/** What of the options a {@link Kith} shows: no secret and no private key, so that logging one harms nobody. */
export type VisibleConfig = Omit<KithConfig, 'secrets' | 'passwords' | 'sessions'> & {
  /** What a hash costs: `kith doctor` compares it with what OWASP asks for. */
  readonly passwords: HashCost
  readonly sessions: Omit<KithConfig['sessions'], 'signingKeys'>
}

/** What hashing a password costs. It stands in each hash as well. */
export type HashCost = Readonly<Record<'memoryKiB' | 'iterations' | 'parallelism', number>>

/** The options of media, with their defaults; `null` for what the host does not offer. */
export interface MediaConfig {
  readonly blobs: BlobStore | null
  readonly direct: DirectUploads | null
  readonly images: ImageProcessor | null
  readonly videos: VideoProcessor | null
  readonly publicPath: string
  readonly temporaryDirectory: string
  readonly maxImageBytes: number
  readonly maxPixels: number
  readonly maxVideoBytes: number
  readonly maxVideoSeconds: number
  readonly maxVideoPixels: number
}

/** Options whose mistakes a type check cannot see. The caller's object is only read. */
export function readOptions(options: KithOptions): KithConfig {
  const { success, error } = optionsSchema.safeParse(options)
  if (!success) throw new TypeError(`createKith: ${z.prettifyError(error)}`)
  const clock = options.clock ?? (() => new Date())
  return Object.freeze({
    secrets: readSecrets(options.secret),
    accounts: readAccounts(options),
    passwords: Object.freeze({ ...options.passwords }),
    sessions: readSessions(options.sessions),
    media: readMedia(options.media),
    captions: readCaptions(options.captions),
    posts: Object.freeze({ textOnly: options.posts?.textOnly ?? false }),
    fetch: options.fetch ?? fetch,
    limits: readLimits(options.limits),
    revocations: options.revocations ?? createMemoryRevocations(clock),
    rateLimits: options.rateLimits ?? createMemoryRateLimits(),
    clock,
    random: options.random ?? ((length) => randomBytes(length)),
    log: createLog(options.logger ?? console),
    ownLogger: options.logger !== undefined,
    telemetry: options.telemetry ?? silentTelemetry,
  })
}

const positive = z.number().int().min(1).optional()
const duration = z.custom<Duration>((value) => ['string', 'number'].includes(typeof value)).optional()
const presence = z.enum(['required', 'optional', 'off']).optional()
const port = z.looseObject({})
const rules = z
  .array(z.strictObject({ limit: z.number().int().min(1), window: duration.nonoptional() }))
  .optional()

const optionsSchema = z.strictObject({
  secret: z.union([
    z.string(),
    z.strictObject({ current: z.string(), previous: z.array(z.string()).readonly().optional() }),
  ]),
  storage: z.looseObject({
    users: port,
    sessions: port,
    edges: port,
    posts: port,
    media: port,
    feed: port,
    facts: port,
  }),
  accounts: z
    .strictObject({
      identifiers: z.strictObject({ username: presence, email: presence, phone: presence }).optional(),
      reservedUsernames: z.array(z.string()).readonly().optional(),
      usernameHold: duration,
      revealTaken: z.boolean().optional(),
    })
    .optional(),
  passwords: z
    .strictObject({
      minLength: z.number().int().min(4).max(64).optional(),
      memoryKiB: z.number().int().min(8).max(argon2Bounds.memoryKiB).optional(),
      iterations: z.number().int().min(1).max(argon2Bounds.iterations).optional(),
      parallelism: z.number().int().min(1).max(argon2Bounds.parallelism).optional(),
      concurrency: positive,
      queueLimit: z.number().int().min(0).optional(),
      forbiddenWords: z.array(z.string().min(1).max(100)).readonly().optional(),
      breached: port.optional(),
      legacy: z.array(port).readonly().optional(),
    })
    .refine(
      ({ memoryKiB = 19_456, iterations = 2, parallelism = 1 }) =>
        memoryKiB * iterations <= argon2Bounds.work && memoryKiB >= 8 * parallelism,
      {
        error: `memoryKiB × iterations is at most ${argon2Bounds.work}, and memoryKiB at least 8 × parallelism`,
        path: ['memoryKiB'],
      },
    )
    .optional(),
  sessions: z
    .strictObject({
      accessTtl: duration,
      refreshTtl: duration,
      maxLifetime: duration,
      maxPerAccount: positive,
      graceSeconds: z.number().int().min(0).max(300).optional(),
      issuer: z.string().min(1).optional(),
      audience: z.string().min(1).optional(),
      signingKeys: z
        .array(
          z.strictObject({
            kid: z.string().min(1),
            algorithm: z.enum(['EdDSA', 'ES256']),
            jwk: z.looseObject({}),
          }),
        )
        .readonly()
        .optional(),
    })
    .optional(),
  media: z
    .strictObject({
      blobs: port,
      direct: port.optional(),
      images: port.optional(),
      videos: port.optional(),
      publicPath: z.string().optional(),
      temporaryDirectory: z.string().min(1).optional(),
      maxImageBytes: positive,
      maxPixels: positive,
      maxVideoBytes: positive,
      maxVideoSeconds: positive,
      maxVideoPixels: positive,
    })
    .optional(),
  captions: port.optional(),
  posts: z.strictObject({ textOnly: z.boolean().optional() }).optional(),
  fetch: z.function().optional(),
  limits: z
    .strictObject(Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, rules])))
    .optional(),
  revocations: port.optional(),
  rateLimits: port.optional(),
  clock: z.function().optional(),
  random: z.function().optional(),
  logger: z
    .custom<Logger>(
      isLogger,
      'give `pino()`, `winston.createLogger()`, `console`, or your own with `warn` and `error`',
    )
    .optional(),
  telemetry: port.optional(),
})

function isLogger(value: unknown): boolean {
  const methods = Object(value) as Partial<Record<string, unknown>>
  return [methods['warn'] ?? methods['warning'], methods['error']].every(
    (method) => typeof method === 'function',
  )
}

function readSecrets(secret: KithOptions['secret']): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : [secret.current, ...(secret.previous ?? [])]
  const advice = 'take one from `openssl rand -base64 32` for instance'
  if (secrets.some((text) => text.length < 32)) {
    throw new TypeError(`createKith: secret: give at least 32 random characters; ${advice}`)
  }
  if (secrets.some(isGuessableSecret)) {
    throw new TypeError(
      `createKith: secret: one of them can be guessed, so its tokens can be forged; ${advice}`,
    )
  }
  return Object.freeze(secrets)
}

/** The name that the app signs with; of an address, the parts of its host without the last, which says nothing. */
function issuerWords(issuer: string): string[] {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : ''
  return host === '' ? [issuer] : host.split('.').slice(0, -1)
}

function readAccounts({ accounts = {}, passwords = {}, sessions = {} }: KithOptions): KithConfig['accounts'] {
  const { username = 'required', email = 'optional', phone = 'optional' } = accounts.identifiers ?? {}
  if ((username === 'off' && email !== 'required') || (email === 'off' && username !== 'required')) {
    throw new TypeError(
      'createKith: accounts.identifiers: people log in by username or email, so where one is off the other is required',
    )
  }
  return Object.freeze({
    identifiers: Object.freeze({ username, email, phone }),
    reservedUsernames: new Set([...reservedUsernames, ...(accounts.reservedUsernames ?? [])].map(fold)),
    passwordMinLength: passwords.minLength ?? 8,
    forbiddenWords: Object.freeze([
      ...(passwords.forbiddenWords ?? []),
      ...issuerWords(sessions.issuer ?? 'kith'),
    ]),
    revealTaken: accounts.revealTaken ?? false,
    usernameHoldSeconds:
      accounts.usernameHold === 0
        ? 0
        : durationSeconds(accounts.usernameHold ?? '30d', 'createKith: accounts.usernameHold'),
  })
}

function readSessions(sessions: KithOptions['sessions'] = {}): KithConfig['sessions'] {
  const accessTtlSeconds = durationSeconds(sessions.accessTtl ?? '15m', 'createKith: sessions.accessTtl')
  const refreshTtlSeconds = durationSeconds(sessions.refreshTtl ?? '30d', 'createKith: sessions.refreshTtl')
  if (refreshTtlSeconds <= accessTtlSeconds) {
    throw new TypeError('createKith: sessions.refreshTtl must be longer than sessions.accessTtl')
  }
  const maxLifetimeSeconds = durationSeconds(
    sessions.maxLifetime ?? Math.max(90 * 86_400, refreshTtlSeconds),
    'createKith: sessions.maxLifetime',
  )
  if (maxLifetimeSeconds <= accessTtlSeconds) {
    throw new TypeError('createKith: sessions.maxLifetime must be longer than sessions.accessTtl')
  }
  const signingKeys = sessions.signingKeys ?? []
  if (signingKeys.length > 0 && signingKeys[0]?.jwk.d === undefined) {
    throw new TypeError('createKith: sessions.signingKeys: the first key signs, so it must be a private one')
  }
  if (new Set(signingKeys.map((key) => key.kid)).size < signingKeys.length) {
    throw new TypeError('createKith: sessions.signingKeys: give each key a kid of its own')
  }
  return Object.freeze({
    accessTtlSeconds,
    refreshTtlSeconds,
    maxLifetimeSeconds,
    maxPerAccount: sessions.maxPerAccount ?? 100,
    graceSeconds: sessions.graceSeconds ?? 10,
    issuer: sessions.issuer ?? 'kith',
    audience: sessions.audience ?? 'kith',
    signingKeys: Object.freeze([...signingKeys]),
  })
}

function readMedia(media: KithOptions['media']): MediaConfig {
  const publicPath = media?.publicPath ?? '/api/v1/media'
  if (publicPath.endsWith('/'))
    throw new TypeError('createKith: media.publicPath: leave out the slash at the end')
  return Object.freeze({
    blobs: media?.blobs ?? null,
    direct: media?.direct ?? null,
    images: media?.images ?? null,
    videos: media?.videos ?? null,
    publicPath,
    temporaryDirectory: media?.temporaryDirectory ?? tmpdir(),
    maxImageBytes: media?.maxImageBytes ?? 20 * 1024 * 1024,
    maxPixels: media?.maxPixels ?? 50_000_000,
    maxVideoBytes: media?.maxVideoBytes ?? 100 * 1024 * 1024,
    maxVideoSeconds: media?.maxVideoSeconds ?? 180,
    maxVideoPixels: media?.maxVideoPixels ?? 3840 * 2160,
  })
}

function readCaptions(captions: KithOptions['captions']): KithConfig['captions'] {
  if (!captions) return Object.freeze({ writer: null, timeoutSeconds: 10 })
  if (!('writer' in captions)) return Object.freeze({ writer: captions, timeoutSeconds: 10 })
  const timeoutSeconds = durationSeconds(captions.timeout, 'createKith: captions.timeout')
  return Object.freeze({ writer: captions.writer, timeoutSeconds })
}

function readLimits(limits: KithOptions['limits'] = {}): KithConfig['limits'] {
  const given = Object.entries(limits).flatMap(([name, list]) =>
    list ? [[name, readRules(name, list)] as const] : [],
  )
  return Object.freeze({ ...defaultLimits, ...Object.fromEntries(given) })
}

function readRules(name: string, list: readonly LimitRule[]): readonly Limit[] {
  const read = list.map(({ limit, window }) => ({
    limit,
    windowSeconds: durationSeconds(window, `createKith: limits.${name}`),
  }))
  // Of two rules for one length the narrower one holds.
  const narrowest = new Map<number, Limit>()
  for (const limit of read.sort((a, b) => b.limit - a.limit)) narrowest.set(limit.windowSeconds, limit)
  return Object.freeze([...narrowest.values()].sort((a, b) => a.windowSeconds - b.windowSeconds))
}
