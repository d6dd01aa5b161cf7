import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { type AccountConfig, accounts, type PasswordConfig, passwords } from './config/account-config.ts'
import { audit, type AuditConfig, outbox, type OutboxConfig } from './config/event-config.ts'
import { fieldScope } from './config/field-config.ts'
import { type LimitConfig, limits, policies } from './config/limit-config.ts'
import { type CaptionConfig, captions, media, type MediaConfig } from './config/media-config.ts'
import { type MessageConfig, messages } from './config/message-config.ts'
import { type SessionConfig, sessions } from './config/session-config.ts'
import type { Challenge } from './challenges/challenge.ts'
import type { Checkable } from './health/check.ts'
import { partNames } from './health/ready.ts'
import type { Clock, Random } from './id.ts'
import type { IdentityProvider } from './identities/identity-provider.ts'
import { isJoined, joinedAdvice, joinedNames, looseNames } from './joined-stores.ts'
import { createLog, type Log } from './log/log.ts'
import type { Logger } from './log/logger.ts'
import { createMemoryRateLimits } from './memory/memory-rate-limits.ts'
import { createMemoryRevocations } from './memory/memory-revocations.ts'
import { linkAddresses } from './messages/links.ts'
import { optionError } from './option-problems.ts'
import { callable, type Filled, optionalPort, port } from './option-schemas.ts'
import type { KithOptions } from './options.ts'
import type { FieldScope } from './own-fields/field-scope.ts'
import type { PasskeyVerifier } from './passkeys/passkey-verifier.ts'
import type { Policies } from './policies.ts'
import type { RateLimits } from './sessions/rate-limits.ts'
import type { Revocations } from './sessions/revocations.ts'
import type { Storage } from './storage.ts'
import { silentTelemetry, type Telemetry } from './telemetry/telemetry.ts'
import { isGuessableSecret } from './text/guessable.ts'

/** The options of posts, with their defaults. */
interface PostConfig {
  readonly textOnly: boolean
  readonly fields: FieldScope | null
}

type Kept = 'prefix' | 'publicUrl' | 'fetch' | 'clock' | 'random' | 'telemetry' | 'revocations' | 'rateLimits'

/** The validated options of one Kith instance, with every default filled in. */
export interface KithConfig extends Filled<Pick<KithOptions, Kept>> {
  /** The current secret first. */
  readonly secrets: readonly string[]
  readonly accounts: AccountConfig
  readonly passwords: PasswordConfig
  /** `null` if challenges are off. */
  readonly challenge: Challenge | null
  /** `null` if the app has no passkeys. */
  readonly passkeys: PasskeyVerifier | null
  readonly sessions: SessionConfig
  readonly media: MediaConfig
  readonly captions: CaptionConfig
  readonly posts: PostConfig
  /** `null` for a channel that the app does not have. */
  readonly messages: MessageConfig
  readonly providers: Readonly<Record<string, IdentityProvider>>
  /** `null` if the app did not ask for durable events. */
  readonly outbox: OutboxConfig
  /** `null` if no audit log is kept. */
  readonly audit: AuditConfig
  readonly limits: LimitConfig
  readonly policies: Policies
  readonly log: Log
  /** Whether the app passed its own logger. */
  readonly ownLogger: boolean
}

/** The options that a {@link Kith} exposes: without secrets and private keys, so it is safe to log. */
export type VisibleConfig = Omit<KithConfig, 'secrets' | 'sessions'> & {
  readonly sessions: Omit<KithConfig['sessions'], 'signingKeys'>
}

const providers: z.ZodType<KithConfig['providers'], KithOptions['providers']> = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
    port<IdentityProvider>('give a provider, such as google({ clientId, clientSecret }) of @kith/core/oidc'),
  )
  .readonly()
  .prefault({})

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
    .refine((storage) => isJoined(storage), { error: joinedAdvice, abort: true }),
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
  challenge: optionalPort<Challenge>('give createProofOfWork() of @kith/core/challenges'),
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
  // Filled in later: zod would copy it, and this exact object means that nothing is measured.
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

const stores = [...joinedNames, ...looseNames]

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

/** Parses the options; never writes to the caller's object. @throws TypeError for invalid options; it names each one */
export function readOptions(options: KithOptions): KithConfig {
  const { success, data, error } = optionsSchema.safeParse(options)
  if (!success) throw optionError('createKith', error)
  demandMessengers(data)
  demandOrigin(data)
  demandEventsOfSessions(data)
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

/** @throws TypeError if messages have to be sent and there is no messenger */
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

/** @throws TypeError if a provider has no URL to send the browser back to */
function demandOrigin({ providers: given, publicUrl }: z.infer<typeof optionsSchema>): void {
  if (Object.keys(given).length > 0 && !URL.canParse(publicUrl))
    throw new TypeError(
      'createKith: providers: they send browsers back to your app: give createKith its `publicUrl`, such as https://app.example',
    )
}

/** @throws TypeError where a store of sessions would keep their events, or entries of the audit log, in a place that is not read */
function demandEventsOfSessions({ storage, outbox: given, audit: log }: z.infer<typeof optionsSchema>): void {
  const isWanted = log !== null || [...(given?.events ?? [])].some((name) => name.startsWith('session.'))
  if (isWanted && !isJoined(storage, ['sessions']))
    throw new TypeError(
      'createKith: storage: `sessions` stores its events and entries of the audit log in the step of their cause, so give one of ' +
        'the adapter of `outbox` and `audit`, or begin your own with `...storage.sessions`; otherwise leave out `audit`, and the ' +
        'events of `outbox` that begin with "session."',
    )
}

/** The name that the app signs with; of an address, the parts of its host without the last, which says nothing. */
function issuerWords(issuer: string): string[] {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : ''
  return host === '' ? [issuer] : host.split('.').slice(0, -1)
}
