import type { Presence, SignUp } from './accounts/account-inputs.ts'
import type { BreachedPasswords } from './accounts/breached-passwords.ts'
import type { LegacyHash } from './accounts/legacy-hash.ts'
import type { Identifier } from './accounts/user-store.ts'
import type { IdentityProvider } from './identities/identity-provider.ts'
import type { Challenge } from './challenges/challenge.ts'
import type { CaptionWriter } from './captions/caption-writer.ts'
import type { Duration } from './duration.ts'
import type { DurableEventName } from './durable-events.ts'
import type { Checkable } from './health/check.ts'
import type { Clock, Random } from './id.ts'
import type { LimitName } from './sessions/default-limits.ts'
import type { Logger } from './log/logger.ts'
import type { LinkName } from './messages/links.ts'
import type { Messenger } from './messages/messenger.ts'
import type { BlobStore } from './media/blob-store.ts'
import type { DirectUploads } from './media/direct-uploads.ts'
import type { ImageProcessor } from './media/image-processor.ts'
import type { VideoProcessor } from './media/video-processor.ts'
import type { FieldsSchema } from './own-fields/app-fields.ts'
import type { PasskeyVerifier } from './passkeys/passkey-verifier.ts'
import type { Policies } from './policies.ts'
import type { RateLimits } from './sessions/rate-limits.ts'
import type { Revocations } from './sessions/revocations.ts'
import type { SigningKey } from './sessions/signing-keys.ts'
import type { Storage } from './storage.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** A rule such as "10 in 5 minutes". */
export interface LimitRule {
  limit: number
  window: Duration
}

/** The options of {@link createKith}. `secret` and `storage` have no default. */
export interface KithOptions<
  Public extends FieldsSchema = FieldsSchema,
  Own extends FieldsSchema = FieldsSchema,
  OfPosts extends FieldsSchema = FieldsSchema,
  Role extends string = string,
> {
  /**
   * The secret that all token keys are derived from: at least 32 random characters; a guessable one is refused. To
   * rotate it, pass the new one as `current` and the old ones as `previous`: they still verify what they signed, and
   * sign nothing new.
   */
  secret: string | { current: string; previous?: readonly string[] | undefined }
  /** Where all data is stored. */
  storage: Storage
  /**
   * The prefix of every route, and of the URL of every picture that Kith serves; an empty string for no prefix.
   * @default '/api/v1'
   */
  prefix?: string | undefined
  /**
   * What clients put before `prefix`, if it is more than the origin of the page: `https://api.example`, or a path that
   * a proxy strips. Media URLs start with it. @default ''
   */
  publicUrl?: string | undefined
  /** Which identifiers accounts have, and how strangers can sign up. */
  accounts?: AccountOptions<Public, Own, Role> | undefined
  /** How passwords are hashed. */
  passwords?: PasswordOptions | undefined
  /**
   * How to tell people from scripts after too many registrations, sign-ins or codes from one IP address or for one
   * account (limits `unchallenged…`): `createProofOfWork()` of `@kith/core/challenges`. See docs/sign-up.md. @default
   * nothing
   */
  challenge?: Challenge | undefined
  /** Verifies passkeys: `createPasskeys()` of `@kith/core/passkeys`. See docs/passkeys.md. @default no passkeys */
  passkeys?: PasskeyVerifier | undefined
  /** How long sessions last and how their tokens are signed. */
  sessions?: SessionOptions | undefined
  /** Where media are stored and how they are processed. @default no uploads */
  media?: MediaOptions | undefined
  /** Which models suggest captions, and how long they may take (10 seconds by default). @default none */
  captions?: CaptionWriter | { writer: CaptionWriter; timeout: Duration } | undefined
  /** What a post may contain. */
  posts?: PostOptions<OfPosts> | undefined
  /** How emails and text messages are sent: codes, links and security notices. @default none */
  messages?: MessageOptions | undefined
  /**
   * Providers to sign in with, by the name used in URLs: `{ google: google({ clientId, clientSecret }) }`, from
   * `@kith/core/oidc`. See docs/sign-in-with.md. @default none
   */
  providers?: Readonly<Record<string, IdentityProvider>> | undefined
  /**
   * Which events are stored in one step with their causes, for `kith.outbox`: `'all'` that can be, or a list of names.
   * @default none
   */
  outbox?: OutboxOptions | undefined
  /**
   * Keeps an audit log: security events of accounts are written in one step with their causes, for `kith.audit`. See
   * docs/audit.md.
   * @default null: none is kept
   */
  audit?: AuditOptions | null | undefined
  /** Limits on attempts, by name: a list of rules that all apply. An empty list lifts a limit. */
  limits?: Partial<Record<LimitName, readonly LimitRule[] | undefined>> | undefined
  /**
   * Your own rules, by name, each called before Kith changes anything: a policy can refuse with a reason that is sent
   * to the client, or change the input where that is safe. See docs/extending.md.
   * @default none
   */
  policies?: Policies | undefined
  /** @default an in-memory denylist in this process */
  revocations?: Revocations | undefined
  /** @default in-memory counters in this process */
  rateLimits?: RateLimits | undefined
  /** @default the system clock */
  clock?: Clock | undefined
  /** @default the system's random source */
  random?: Random | undefined
  /** Used to read images back from a hosted blob store. @default the global `fetch` */
  fetch?: typeof fetch | undefined
  /**
   * `pino()`, `winston.createLogger()` or `console` as they are, or your own with `warn` and `error`. @default
   * `console`
   */
  logger?: Logger | undefined
  /** Receives metrics and traces: `createOpenTelemetry()`, for example; see docs/metrics.md. @default none */
  telemetry?: Telemetry | undefined
  /**
   * Your app's other dependencies, by name, that `ready()` checks as well: a mail server, for example. A check resolves
   * to `null`, or to a warning for operators, and rejects if the dependency cannot be used.
   * @default none
   */
  checks?: Readonly<Record<string, Checkable['check']>> | undefined
}

/** Options of messages. See docs/messages.md. */
export interface MessageOptions {
  /** @default none; for example `createSmtpMessenger()` from `@kith/mail-smtp` */
  email?: Messenger | undefined
  /** @default none; for example `createHttpMessenger()` from `@kith/core/messages` */
  sms?: Messenger | undefined
  /**
   * The pages of your app that links in messages open: paths under the origin of `publicUrl`, or URLs. Parameters
   * follow a `#`: `#flow=…&code=…`, for the routes that take a code. @default none: messages have codes only
   */
  links?: Partial<Record<LinkName, string | null | undefined>> | undefined
}

/** Options of durable events. */
export interface OutboxOptions {
  /**
   * `'all'`, or names; docs/events.md lists the events that can be durable. Use an empty list while events stored
   * earlier are still being delivered.
   */
  events: 'all' | readonly DurableEventName[]
}

/** Options of the audit log. */
export interface AuditOptions {
  /**
   * How long entries are kept, even if their account is deleted earlier; upkeep removes them afterwards. `'365d'`, for
   * example.
   */
  keepFor: Duration
}

/** Options of accounts. */
export interface AccountOptions<
  Public extends FieldsSchema = FieldsSchema,
  Own extends FieldsSchema = FieldsSchema,
  Role extends string = string,
> {
  /** @default username required, email and phone optional */
  identifiers?: Partial<Record<Identifier, Presence | undefined>> | undefined
  /** Names that cannot be registered, besides the built-in ones. @default none */
  reservedUsernames?: readonly string[] | undefined
  /**
   * How long a released username stays reserved for its former owner; 0 for not at all. @default '30d' @reason Links
   * and mentions mean the former owner for weeks; nobody can impersonate them meanwhile.
   */
  usernameHold?: Duration | undefined
  /**
   * Whether the response names a taken identifier. Friendlier, but strangers can then find out which email addresses
   * have an account. @default false
   */
  revealTaken?: boolean | undefined
  /**
   * Whether a registration has to confirm the email address or the phone number with a code: the account exists only
   * after that. Identifiers of that kind can then be used to sign in only once confirmed, change only with a code, and
   * block no other registration while unconfirmed.
   * @default none
   */
  confirm?: 'email' | 'phone' | null | undefined
  /**
   * Who can register, by any method: everyone (`open`), people with an invitation (`invite`), everyone but subject to
   * approval (`approval`), or nobody (`closed`). Your own code can always create accounts. See docs/sign-up.md.
   * @default 'open'
   */
  signUp?: SignUp | undefined
  /** Who can invite others, if `signUp` is `invite`. */
  invitations?: InvitationOptions | undefined
  /**
   * How long an account waits for approval before upkeep deletes it. `null` for no limit. @default '30d' @reason Nobody
   * expects a response after a month, and the username becomes available again.
   */
  applicationTtl?: Duration | null | undefined
  /** Whether a registration includes an age bracket: see docs/sign-up.md. @default 'off' */
  age?: Presence | undefined
  /**
   * Whether signing in with a provider opens, and links itself to, the account with the same email address, if both
   * sides have verified it. Otherwise the owner has to sign in first and link it. @default false
   */
  linkVerified?: boolean | undefined
  /**
   * Names of roles besides `member`, `moderator` and `admin`: lower-case letters, digits and hyphens. Then no other
   * role is accepted, and the types include them. @default none: any such name is accepted
   */
  roles?: readonly Role[] | undefined
  /**
   * Who may change the accounts of others with `kith.backOffice` and the routes under `/admin/users`, which do not
   * exist otherwise: see docs/back-office.md. @default none
   */
  backOffice?: BackOfficeOptions | null | undefined
  /** Your own fields of accounts, visible to everyone, as `z.object({ … })`: see docs/own-fields.md. @default none */
  fields?: Public | undefined
  /** Your own fields that only the owner of the account and your code can see. @default none */
  ownFields?: Own | undefined
}

/** Options of invitations. */
export interface InvitationOptions {
  /**
   * Which roles may invite: how many open invitations an account of each role can have, and how many registrations one
   * invitation allows.
   * @default { admin: { open: 100, uses: 1000 } }
   */
  roles?: Readonly<Record<string, { open: number; uses: number }>> | undefined
  /** The maximum lifetime of an invitation. @default '14d' @reason Outlasts a vacation; a lost code is soon useless. */
  lasts?: Duration | undefined
}

/** Who may change which accounts. */
export interface BackOfficeOptions {
  /** The roles with this permission. They also decide about accounts that wait for approval. @default ['admin'] */
  by?: readonly string[] | undefined
  /**
   * The roles of the accounts that they may change, and the roles that they may assign. @default ['member',
   * 'moderator'] @reason Administrators are added and removed on the command line, so that a stolen session can do
   * neither.
   */
  over?: readonly string[] | undefined
}

/** Who may act as whom, and for how long. */
export interface ImpersonationOptions {
  /** The roles with this permission. @default ['admin'] */
  by?: readonly string[] | undefined
  /**
   * The roles of the accounts that they may act as. @default ['member'] @reason Acting as another administrator would
   * hide the real actor, or grant more power.
   */
  as?: readonly string[] | undefined
  /**
   * How long such a session lasts, regardless of refreshes; 12 hours at most. @default '30m' @reason Long enough to
   * look into one case.
   */
  ttl?: Duration | undefined
  /** Whether the owner gets a message each time, if the app sends messages. @default true */
  notice?: boolean | undefined
}

/**
 * Options of passwords. The hashing defaults are the OWASP parameters for argon2id; memory times iterations may be at
 * most 256 MiB, and memory at most 128 MiB.
 */
export interface PasswordOptions {
  /** @default 8 @reason The minimum of NIST SP 800-63B and ASVS; length is worth more than rules. */
  minLength?: number | undefined
  /** @default 19456 @reason The second row of OWASP for argon2id: 19 MiB, 2 passes; about 15 ms a sign-in. */
  memoryKiB?: number | undefined
  /** @default 2 @reason The OWASP value for 19 MiB. */
  iterations?: number | undefined
  /** @default 1 @reason The OWASP parameters use one lane; more would take threads from other sign-ins. */
  parallelism?: number | undefined
  /**
   * How many hashes run concurrently. @default the number of processor cores, but at most 2: they run on Node's pool of
   * four threads, and two are left for files and DNS. With a larger pool (`UV_THREADPOOL_SIZE`), use two less than its
   * size.
   */
  concurrency?: number | undefined
  /**
   * How many more may wait; beyond that, sign-ins fail with `busy`. @default 100 @reason About a second of waiting on
   * two cores: anyone who would wait longer is asked to retry.
   */
  queueLimit?: number | undefined
  /**
   * Words that may not be the whole password, such as the name of the app; `sessions.issuer` is always included.
   * @default none
   */
  forbiddenWords?: readonly string[] | undefined
  /** Checks passwords against known breaches: `createPwnedPasswords()`, for example. @default none */
  breached?: BreachedPasswords | undefined
  /** Verifiers for imported hashes that are not argon2. @default none */
  legacy?: readonly LegacyHash[] | undefined
}

/** Options of media. Without `blobs` there are no uploads. */
export interface MediaOptions {
  /** Where files are stored. */
  blobs: BlobStore
  /** Lets browsers upload directly to the blob host. @default none: uploads go through `POST /media` */
  direct?: DirectUploads | undefined
  /** @default none: images are refused */
  images?: ImageProcessor | undefined
  /** @default none: videos are refused */
  videos?: VideoProcessor | undefined
  /**
   * Where uploads are kept while they are checked, each in a folder that only this system user can access. A directory
   * that others can change is refused. @default the system's temporary folder
   */
  temporaryDirectory?: string | undefined
  /** @default 20 MiB @reason More than phones produce; anything larger is a scan or an attack. */
  maxImageBytes?: number | undefined
  /**
   * Width times height, across all frames. @default 50 million @reason Photos of 48-megapixel phones fit; at four bytes
   * each, they take 200 MB while decoded.
   */
  maxPixels?: number | undefined
  /** @default 100 MiB @reason Three minutes of phone video at 4 Mbit/s. */
  maxVideoBytes?: number | undefined
  /** @default 180 @reason Long enough for a post; limits what a player has to fetch. */
  maxVideoSeconds?: number | undefined
  /** Width times height. @default 8,294,400 (4K) @reason The most that phones record; old players fail on more. */
  maxVideoPixels?: number | undefined
}

/** Options of posts. */
export interface PostOptions<OfPosts extends FieldsSchema = FieldsSchema> {
  /** Whether a post may have a caption but no media. @default false */
  textOnly?: boolean | undefined
  /** Your own fields of posts, as `z.object({ … })`: see docs/own-fields.md. @default none */
  fields?: OfPosts | undefined
}

/** Options of sessions. */
export interface SessionOptions {
  /**
   * @default '15m' @reason How long a copied token works where the denylist is not checked, such as in another service.
   */
  accessTtl?: Duration | undefined
  /**
   * How long a session lasts without being refreshed. Must be longer than `accessTtl`. @default '30d' @reason Monthly
   * visitors stay signed in; a device in a drawer does not.
   */
  refreshTtl?: Duration | undefined
  /**
   * The maximum age of a session, regardless of refreshes: after that its owner signs in again. @default '90d', or
   * `refreshTtl` if that is longer
   * @reason An unnoticed stolen session ends within three months; with much less, people would sign in all the time.
   */
  maxLifetime?: Duration | undefined
  /**
   * The maximum number of live sessions of an account; one more ends the least recently used. @default 100 @reason More
   * devices than anyone has; limits the cost of listing and ending sessions.
   */
  maxPerAccount?: number | undefined
  /**
   * How long the previous refresh token can still be exchanged for the current one; 0 for not at all. @default 10
   * @reason Concurrent tabs and lost responses are resolved within seconds; a stolen previous token works unnoticed for
   * as long.
   */
  graceSeconds?: number | undefined
  /** The `iss` and `aud` of all tokens. @default 'kith' */
  issuer?: string | undefined
  /** @default 'kith' */
  audience?: string | undefined
  /**
   * How long after a sign-in, or a `sessions.prove`, sensitive actions need no further proof: factors, passkeys,
   * exports, ending other sessions. @default '10m' @reason Long enough to set something up, too short for an unattended
   * device.
   */
  freshFor?: Duration | undefined
  /** How long a device can skip the second factor, if its owner asks for that; `null` for never. @default null */
  trustDevices?: Duration | null | undefined
  /** Whether users can sign in without a password, by a code or link sent to them. @default false */
  codeSignIn?: boolean | undefined
  /** Lets administrators act as other accounts for a short time (`sessions.impersonate`). @default none */
  impersonation?: ImpersonationOptions | null | undefined
  /**
   * Experimental: lets browsers bind a session to a key of their device (Device Bound Session Credentials), after which
   * the refresh cookie alone renews nothing. Browsers without support are not affected. See
   * docs/device-bound-sessions.md. @default false
   */
  deviceBound?: boolean | undefined
  /**
   * Asymmetric keys for access tokens that other services have to verify: the first signs, all verify, and the JWKS
   * document has all public keys. @default none: HS256 with a key derived from `secret`
   */
  signingKeys?: readonly SigningKey[] | undefined
}
