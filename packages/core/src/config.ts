import { randomBytes } from 'node:crypto'
import { availableParallelism, tmpdir } from 'node:os'
import * as z from 'zod'
import type { Presence } from './accounts/account-inputs.ts'
import { argon2Bounds } from './accounts/argon2-hash.ts'
import type { BreachedPasswords } from './accounts/breached-passwords.ts'
import { fold } from './accounts/identifiers.ts'
import type { LegacyHash } from './accounts/legacy-hash.ts'
import { reservedUsernames } from './accounts/reserved-names.ts'
import type { Identifier } from './accounts/user-store.ts'
import type { CaptionWriter } from './captions/caption-writer.ts'
import type { Checkable } from './health/check.ts'
import { partNames } from './health/ready.ts'
import type { Clock, Random } from './id.ts'
import type { IdentityProvider } from './identities/identity-provider.ts'
import { createLog, type Log } from './log/log.ts'
import type { Logger } from './log/logger.ts'
import type { BlobStore } from './media/blob-store.ts'
import type { DirectUploads } from './media/direct-uploads.ts'
import type { ImageProcessor } from './media/image-processor.ts'
import type { VideoProcessor } from './media/video-processor.ts'
import { createMemoryRateLimits } from './memory/memory-rate-limits.ts'
import { createMemoryRevocations } from './memory/memory-revocations.ts'
import { type Duration, durationAdvice } from './duration.ts'
import { type DurableEventName, durableEventNames, isDurable } from './durable-events.ts'
import { durability } from './events.ts'
import { optionError } from './option-problems.ts'
import type { FieldsSchema } from './own-fields/app-fields.ts'
import { createFieldScope, type FieldScope } from './own-fields/field-scope.ts'
import { ownPrefix } from './own-fields/stored-fields.ts'
import { callable, duration, type Filled, optionalPort, port, whole } from './option-schemas.ts'
import type {
  AccountOptions,
  KithOptions,
  LimitRule,
  MediaOptions,
  PasswordOptions,
  SessionOptions,
} from './options.ts'
import { linkAddresses, type LinkName, linkNames } from './messages/links.ts'
import type { Messenger } from './messages/messenger.ts'
import type { PasskeyVerifier } from './passkeys/passkey-verifier.ts'
import { type Policies, policyNames } from './policies.ts'
import { defaultLimits, type LimitName } from './sessions/default-limits.ts'
import type { Limit, RateLimits } from './sessions/rate-limits.ts'
import type { Revocations } from './sessions/revocations.ts'
import { isJoined, joinedAdvice } from './joined-stores.ts'
import type { Storage } from './storage.ts'
import { silentTelemetry, type Telemetry } from './telemetry/telemetry.ts'
import { isGuessableSecret } from './text/guessable.ts'

/** The options of passwords, with their defaults. */
export type PasswordConfig = Filled<PasswordOptions, 'breached'>

/** The options of media, with their defaults; `null` for what the host does not offer. */
export type MediaConfig = Filled<MediaOptions, 'blobs' | 'direct' | 'images' | 'videos'> & {
  /** Where browsers find the routes of media. */
  readonly url: string
}

type AccountConfig = Omit<
  Filled<AccountOptions>,
  'identifiers' | 'reservedUsernames' | 'fields' | 'ownFields'
> & {
  readonly fields: FieldScope | null
  readonly ownFields: FieldScope | null
  readonly identifiers: Readonly<Record<Identifier, Presence>>
  /** Folded, with the built-in ones. */
  readonly reservedUsernames: ReadonlySet<string>
}

/** The options of posts, with their defaults. */
interface PostConfig {
  readonly textOnly: boolean
  readonly fields: FieldScope | null
}

type Kept = 'prefix' | 'publicUrl' | 'fetch' | 'clock' | 'random' | 'telemetry' | 'revocations' | 'rateLimits'

/** The options of sessions, with their defaults. */
type SessionConfig = Omit<Filled<SessionOptions>, 'trustDevicesSeconds'> & {
  /** `null` where no device is trusted. */
  readonly trustDevicesSeconds: number | null
}

/** The options of messages, with their defaults. */
interface MessageConfig {
  readonly email: Messenger | null
  readonly sms: Messenger | null
  /** The pages that links lead to, as addresses; `null` for those that the app does not have. */
  readonly links: Readonly<Record<LinkName, string | null>>
}

/** The options of one Kith instance, checked, with every default filled in. */
export interface KithConfig extends Filled<Pick<KithOptions, Kept>> {
  /** The current secret first. */
  readonly secrets: readonly string[]
  readonly accounts: AccountConfig
  readonly passwords: PasswordConfig
  /** `null` where the app has none. */
  readonly passkeys: PasskeyVerifier | null
  readonly sessions: SessionConfig
  readonly media: MediaConfig
  readonly captions: { readonly writer: CaptionWriter | null; readonly timeoutSeconds: number }
  readonly posts: PostConfig
  /** `null` for a channel that the app does not have. */
  readonly messages: MessageConfig
  readonly providers: Readonly<Record<string, IdentityProvider>>
  /** `null` where the app did not ask for it. */
  readonly outbox: { readonly events: ReadonlySet<DurableEventName> } | null
  /** `null` where none is kept. */
  readonly audit: { readonly keepForSeconds: number } | null
  readonly limits: Readonly<Record<LimitName, readonly Limit[]>>
  readonly policies: Policies
  readonly log: Log
  /** Whether the app gave a logger of its own. */
  readonly ownLogger: boolean
}

/** What of the options a {@link Kith} shows: no secret and no private key, so that logging one harms nobody. */
export type VisibleConfig = Omit<KithConfig, 'secrets' | 'sessions'> & {
  readonly sessions: Omit<KithConfig['sessions'], 'signingKeys'>
}

/** Throws by itself what is wrong with a schema: that is no matter of one field. */
function fieldScope(
  option: string,
  prefix = '',
): z.ZodPipe<
  z.ZodOptional<z.ZodType<FieldsSchema, FieldsSchema>>,
  z.ZodTransform<FieldScope | null, FieldsSchema | undefined>
> {
  return z
    .custom<FieldsSchema>(() => true)
    .optional()
    .transform((schema) => (schema === undefined ? null : createFieldScope(option, schema, prefix)))
}

const presence = z.enum(['required', 'optional', 'off'])

const accounts: z.ZodType<AccountConfig, AccountOptions | undefined> = z
  .strictObject({
    identifiers: z
      .strictObject({
        username: presence.default('required'),
        email: presence.default('optional'),
        phone: presence.default('optional'),
      })
      .refine(
        ({ username, email }) =>
          (username !== 'off' || email === 'required') && (email !== 'off' || username === 'required'),
        'people log in by username or email, so where one is off the other is required',
      )
      .readonly()
      .prefault({}),
    reservedUsernames: z
      .array(z.string())
      .prefault([])
      .transform((names): ReadonlySet<string> => new Set([...reservedUsernames, ...names].map(fold))),
    usernameHold: z
      .union([z.literal(0), duration()], `give 0 for not at all, or ${durationAdvice}`)
      .prefault('30d'),
    revealTaken: z.boolean().default(false),
    confirm: z.enum(['email', 'phone']).nullable().default(null),
    linkVerified: z.boolean().default(false),
    fields: fieldScope('accounts.fields'),
    ownFields: fieldScope('accounts.ownFields', ownPrefix),
  })
  .refine(({ confirm, identifiers }) => confirm === null || identifiers[confirm] === 'required', {
    error: 'what a registration confirms is required: set it in accounts.identifiers',
    path: ['confirm'],
  })
  .transform(({ usernameHold, ...rest }) => ({ ...rest, usernameHoldSeconds: usernameHold }))
  .readonly()
  .prefault({})

/** Node hashes, reads files and looks up names on four threads; hashing leaves two of them to the others. */
const hashingThreads = 2

const passwords: z.ZodType<PasswordConfig, PasswordOptions | undefined> = z
  .strictObject({
    minLength: whole(4).max(64).default(8),
    memoryKiB: whole(8).max(argon2Bounds.memoryKiB).default(19_456),
    iterations: whole(1).max(argon2Bounds.iterations).default(2),
    parallelism: whole(1).max(argon2Bounds.parallelism).default(1),
    concurrency: whole(1).default(() => Math.min(availableParallelism(), hashingThreads)),
    queueLimit: whole(0).default(100),
    forbiddenWords: z.array(z.string().min(1).max(100)).readonly().prefault([]),
    breached: optionalPort<BreachedPasswords>(),
    legacy: z.array(port<LegacyHash>()).readonly().prefault([]),
  })
  .refine(
    ({ memoryKiB, iterations, parallelism }) =>
      memoryKiB * iterations <= argon2Bounds.work && memoryKiB >= 8 * parallelism,
    {
      error: `memoryKiB × iterations is at most ${argon2Bounds.work}, and memoryKiB at least 8 × parallelism`,
      path: ['memoryKiB'],
    },
  )
  .readonly()
  .prefault({})

const signingKeys = z
  .array(
    z.strictObject({
      kid: z.string().min(1),
      algorithm: z.enum(['EdDSA', 'ES256']),
      jwk: z.looseObject({}),
    }),
  )
  .refine(
    ([first]) => !first || first.jwk['d'] !== undefined,
    'the first key signs, so it must be a private one',
  )
  .refine(
    (keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length,
    'give each key a kid of its own',
  )
  .readonly()

const sessions: z.ZodType<SessionConfig, SessionOptions | undefined> = z
  .strictObject({
    accessTtl: duration().prefault('15m'),
    refreshTtl: duration().prefault('30d'),
    maxLifetime: duration().optional(),
    maxPerAccount: whole(1).default(100),
    graceSeconds: whole(0).max(300).default(10),
    issuer: z.string().min(1).default('kith'),
    audience: z.string().min(1).default('kith'),
    codeSignIn: z.boolean().default(false),
    freshFor: duration().prefault('10m'),
    trustDevices: duration().nullable().prefault(null),
    signingKeys: signingKeys.prefault([]),
  })
  .transform(
    ({
      accessTtl,
      refreshTtl,
      freshFor,
      trustDevices,
      maxLifetime = Math.max(90 * 86_400, refreshTtl),
      ...rest
    }) => ({
      ...rest,
      accessTtlSeconds: accessTtl,
      freshForSeconds: freshFor,
      trustDevicesSeconds: trustDevices,
      refreshTtlSeconds: refreshTtl,
      maxLifetimeSeconds: maxLifetime,
    }),
  )
  .refine(({ refreshTtlSeconds, accessTtlSeconds }) => refreshTtlSeconds > accessTtlSeconds, {
    error: 'it must be longer than sessions.accessTtl',
    path: ['refreshTtl'],
  })
  .refine(({ maxLifetimeSeconds, accessTtlSeconds }) => maxLifetimeSeconds > accessTtlSeconds, {
    error: 'it must be longer than sessions.accessTtl',
    path: ['maxLifetime'],
  })
  .readonly()
  .prefault({})

type MediaInput = Omit<MediaOptions, 'blobs'> & { blobs: BlobStore | null }

const media: z.ZodType<Omit<MediaConfig, 'url'>, MediaInput | undefined> = z
  .strictObject({
    blobs: port<BlobStore>('give a store of blobs, such as createLocalBlobs()').nullable(),
    direct: optionalPort<DirectUploads>('give direct uploads, such as those of createS3Media()'),
    images: optionalPort<ImageProcessor>('give an image processor, such as createSharpImages()'),
    videos: optionalPort<VideoProcessor>('give a video processor, such as createMediabunnyVideos()'),
    temporaryDirectory: z.string().min(1).default(tmpdir),
    maxImageBytes: whole(1).default(20 * 1024 * 1024),
    maxPixels: whole(1).default(50_000_000),
    maxVideoBytes: whole(1).default(100 * 1024 * 1024),
    maxVideoSeconds: whole(1).default(180),
    maxVideoPixels: whole(1).default(3840 * 2160),
  })
  .prefault({ blobs: null })

const captions: z.ZodType<KithConfig['captions'], KithOptions['captions']> = port<CaptionOption>()
  .optional()
  .transform((given): { writer: CaptionWriter | null; timeout: Duration } =>
    given && 'writer' in given ? given : { writer: given ?? null, timeout: 10 },
  )
  .pipe(z.strictObject({ writer: port<CaptionWriter>().nullable(), timeout: duration() }))
  .transform(({ writer, timeout }) => Object.freeze({ writer, timeoutSeconds: timeout }))

type CaptionOption = NonNullable<KithOptions['captions']>

const rules: z.ZodType<readonly Limit[], readonly LimitRule[]> = z
  .array(z.strictObject({ limit: whole(1), window: duration() }))
  .readonly()
  .transform((list) => {
    // Of two rules for one length the narrower one holds.
    const narrowest = new Map<number, Limit>()
    for (const { limit, window } of [...list].sort((a, b) => b.limit - a.limit))
      narrowest.set(window, { limit, windowSeconds: window })
    return Object.freeze([...narrowest.values()].sort((a, b) => a.windowSeconds - b.windowSeconds))
  })

const limits: z.ZodType<KithConfig['limits'], KithOptions['limits']> = z
  .strictObject(
    Object.fromEntries(
      Object.entries(defaultLimits).map(([name, list]) => [name, rules.default(list)]),
    ) as Record<LimitName, z.ZodDefault<typeof rules>>,
  )
  .readonly()
  .prefault({})

const policies: z.ZodType<Policies, Policies | undefined> = z
  .strictObject(
    Object.fromEntries(policyNames.map((name) => [name, callable<() => void>().optional()])) as Record<
      string,
      z.ZodType
    >,
  )
  .readonly()
  .prefault({})

const page = z
  .string()
  .regex(
    /^(?:https:\/\/[^\s#]+|http:\/\/(?:localhost|127\.0\.0\.1)[^\s#]*|\/[^\s#]*)$/,
    'give a path like /reset-password, or an address that begins with https://',
  )
  .nullable()
  .default(null)

const messages = z
  .strictObject({
    email: optionalPort<Messenger>('give a messenger, such as createSmtpMessenger()'),
    sms: optionalPort<Messenger>('give a messenger, such as createHttpMessenger()'),
    links: z
      .strictObject(
        Object.fromEntries(linkNames.map((name) => [name, page])) as Record<LinkName, typeof page>,
      )
      .prefault({}),
  })
  .prefault({})

const providers: z.ZodType<KithConfig['providers'], KithOptions['providers']> = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
    port<IdentityProvider>('give a provider, such as google({ clientId, clientSecret }) of @kith/core/oidc'),
  )
  .readonly()
  .prefault({})

const outbox: z.ZodType<KithConfig['outbox'], KithOptions['outbox']> = z
  .strictObject({
    events: z.union(
      [z.literal('all'), z.array(z.string().superRefine(demandDurable))],
      "give 'all', or a list of names of events",
    ),
  })
  .optional()
  .transform((given) =>
    given
      ? Object.freeze({ events: new Set(given.events === 'all' ? durableEventNames : given.events) })
      : null,
  ) as z.ZodType<KithConfig['outbox'], KithOptions['outbox']>

const audit: z.ZodType<KithConfig['audit'], KithOptions['audit']> = z
  .strictObject({ keepFor: duration() })
  .nullable()
  .default(null)
  .transform((given) => given && Object.freeze({ keepForSeconds: given.keepFor }))

/** Names what no type checker saw. */
function demandDurable(name: string, context: z.RefinementCtx): void {
  const known = Object.hasOwn(durability, name) ? (name as keyof typeof durability) : null
  if (known && isDurable(known)) return
  const why = known ? durability[known] : 'There is no event of this name.'
  context.addIssue({ code: 'custom', message: `${JSON.stringify(name)} cannot be durable. ${why}` })
}

const secretAdvice = 'take one from `openssl rand -base64 32` for instance'
const secret = z
  .string()
  .min(32, `give at least 32 random characters; ${secretAdvice}`)
  .refine(
    (text) => !isGuessableSecret(text),
    `it can be guessed, so its tokens can be forged; ${secretAdvice}`,
  )

const optionsSchema = z.strictObject({
  secret: z
    .union(
      [secret, z.strictObject({ current: secret, previous: z.array(secret).readonly().default([]) })],
      `give a string of at least 32 random characters, or \`{ current, previous }\`; ${secretAdvice}`,
    )
    .transform((given) => (typeof given === 'string' ? [given] : [given.current, ...given.previous])),
  storage: z
    .custom<Storage>(isStorage, "give a storage, such as createSqliteStorage({ path: 'app.db' })")
    .refine(isJoined, { error: joinedAdvice, abort: true }),
  prefix: z
    .string()
    .regex(/^(?:\/[\w.~-]+)*$/, 'begin it with a slash and end it without one, like /api/v1')
    .default('/api/v1'),
  publicUrl: z
    .string()
    .regex(
      /^(?:https?:\/\/[^\s/?#]+)?(?:\/[\w.~-]+)*$/,
      'give a URL or a path without a slash at its end, like https://api.example',
    )
    .default(''),
  accounts,
  passwords,
  passkeys: optionalPort<PasskeyVerifier>('give createPasskeys() of @kith/core/passkeys'),
  sessions,
  media,
  captions,
  posts: z
    .strictObject({ textOnly: z.boolean().default(false), fields: fieldScope('posts.fields') })
    .readonly()
    .prefault({}),
  messages,
  providers,
  outbox,
  audit,
  limits,
  policies,
  revocations: port<Revocations>().optional(),
  rateLimits: port<RateLimits>().optional(),
  clock: callable<Clock>().default(() => () => new Date()),
  random: callable<Random>().default(() => (length: number) => randomBytes(length)),
  fetch: callable<typeof fetch>().default(() => fetch),
  logger: z
    .custom<Logger>(
      isLogger,
      'give `pino()`, `winston.createLogger()`, `console`, or your own with `warn` and `error`',
    )
    .optional(),
  // Filled in later: zod would copy it, and this very object is the sign that nothing is to be measured.
  telemetry: port<Telemetry>().optional(),
  checks: z
    .record(z.string().regex(/^[\w-]{1,40}$/), callable<Checkable['check']>())
    .refine((checks) => !Object.keys(checks).some(isPartOfKith), {
      error: `choose other names than those of Kith's own parts: ${partNames.join(', ')}`,
    })
    .optional(),
})

function isPartOfKith(name: string): boolean {
  return (partNames as readonly string[]).includes(name)
}

const stores = [
  'users',
  'sessions',
  'edges',
  'posts',
  'media',
  'feed',
  'facts',
  'outbox',
  'messages',
  'audit',
  'codes',
  'credentials',
] as const

function isStorage(value: unknown): boolean {
  const parts = Object(value) as Partial<Record<string, unknown>>
  return stores.every((name) => typeof parts[name] === 'object' && parts[name] !== null)
}

function isLogger(value: unknown): boolean {
  const methods = Object(value) as Partial<Record<string, unknown>>
  return [methods['warn'] ?? methods['warning'], methods['error']].every(
    (method) => typeof method === 'function',
  )
}

/** Reads the options. The caller's object is only read. @throws TypeError for options that cannot work; it names each */
export function readOptions(options: KithOptions): KithConfig {
  const { success, data, error } = optionsSchema.safeParse(options)
  if (!success) throw optionError('createKith', error)
  demandMessengers(data)
  demandOrigin(data)
  const { secret: secrets, storage: _storage, logger, ...given } = data
  const { prefix, publicUrl, clock } = given
  const forbiddenWords = [...given.passwords.forbiddenWords, ...issuerWords(given.sessions.issuer)]
  return Object.freeze({
    ...given,
    secrets: Object.freeze(secrets),
    passwords: Object.freeze({ ...given.passwords, forbiddenWords }),
    media: Object.freeze({ ...given.media, url: `${publicUrl}${prefix}/media` }),
    messages: Object.freeze({ ...given.messages, links: linkAddresses(publicUrl, given.messages.links) }),
    revocations: given.revocations ?? createMemoryRevocations(clock),
    rateLimits: given.rateLimits ?? createMemoryRateLimits(),
    telemetry: given.telemetry ?? silentTelemetry,
    log: createLog(logger ?? console),
    ownLogger: logger !== undefined,
  })
}

/** @throws TypeError where something is to be sent and nothing sends it */
function demandMessengers({
  accounts: { confirm },
  sessions: { codeSignIn },
  messages: { email, sms },
}: z.infer<typeof optionsSchema>): void {
  const channel = confirm === 'phone' ? 'sms' : 'email'
  if (confirm !== null && !(channel === 'sms' ? sms : email))
    throw new TypeError(
      `createKith: accounts.confirm: codes are sent by messages.${channel}: give it a messenger`,
    )
  if (codeSignIn && !email && !sms)
    throw new TypeError(
      'createKith: sessions.codeSignIn: codes are sent by messages.email or messages.sms: give it a messenger',
    )
}

/** @throws TypeError where a provider would not know where to send the browser back to */
function demandOrigin({ providers: given, publicUrl }: z.infer<typeof optionsSchema>): void {
  if (Object.keys(given).length > 0 && !URL.canParse(publicUrl))
    throw new TypeError(
      'createKith: providers: they send browsers back to an address: give createKith its `publicUrl`, such as https://app.example',
    )
}

/** The name that the app signs with; of an address, the parts of its host without the last, which says nothing. */
function issuerWords(issuer: string): string[] {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : ''
  return host === '' ? [issuer] : host.split('.').slice(0, -1)
}
