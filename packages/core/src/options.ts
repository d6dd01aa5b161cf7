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

/** What {@link createKith} takes. `secret` and `storage` have no default. */
export interface KithOptions<
  Public extends FieldsSchema = FieldsSchema,
  Own extends FieldsSchema = FieldsSchema,
  OfPosts extends FieldsSchema = FieldsSchema,
  Role extends string = string,
> {
  /**
   * What all token keys are derived from: at least 32 characters of randomness; one that can be guessed is refused. While rotating, give the new one as
   * `current` and the old ones as `previous`: they still verify what they signed, and sign nothing new.
   */
  secret: string | { current: string; previous?: readonly string[] | undefined }
  /** Where everything is kept. */
  storage: Storage
  /** What the path of every route begins with, and the URL of every picture that Kith serves; an empty string for no prefix. @default '/api/v1' */
  prefix?: string | undefined
  /**
   * What clients put before `prefix`, where that is more than the origin of the page: `https://api.example`, or a path that a
   * proxy takes away. URLs of media begin with it. @default ''
   */
  publicUrl?: string | undefined
  /** Which identifiers accounts have, and what strangers learn of them. */
  accounts?: AccountOptions<Public, Own, Role> | undefined
  /** How passwords are hashed. */
  passwords?: PasswordOptions | undefined
  /**
   * What distinguishes people from scripts, once too many registrations, sign-ins or codes come from one IP address or for one account (limits
   * `unchallenged…`): `createProofOfWork()` of `@kith/core/challenges`. See docs/sign-up.md. @default nothing
   */
  challenge?: Challenge | undefined
  /** What checks passkeys: `createPasskeys()` of `@kith/core/passkeys`. See docs/passkeys.md. @default no passkeys */
  passkeys?: PasskeyVerifier | undefined
  /** How long sessions last and how their tokens are signed. */
  sessions?: SessionOptions | undefined
  /** Where media are kept and how they are read. @default no uploads */
  media?: MediaOptions | undefined
  /** Who suggests captions, and how long it may take (10 seconds by default). @default nobody */
  captions?: CaptionWriter | { writer: CaptionWriter; timeout: Duration } | undefined
  /** What a post may be. */
  posts?: PostOptions<OfPosts> | undefined
  /** Who sends emails and text messages: codes, links and notices of what concerns the security of an account. @default nobody */
  messages?: MessageOptions | undefined
  /**
   * Where else people may sign in, by the name used in URLs: `{ google: google({ clientId, clientSecret }) }`, of
   * `@kith/core/oidc`. See docs/sign-in-with.md. @default nowhere
   */
  providers?: Readonly<Record<string, IdentityProvider>> | undefined
  /**
   * Which events are stored with their causes for `kith.outbox`: `'all'` that can be, or some by name. Without it nothing is stored.
   * @default nothing
   */
  outbox?: OutboxOptions | undefined
  /**
   * Keeps an audit log: what concerns the security of accounts is written in the step of its cause, for `kith.audit`. See docs/audit.md.
   * @default null: none is kept
   */
  audit?: AuditOptions | null | undefined
  /** Limits on attempts, by name; a list of rules that all hold. An empty list lifts a limit. */
  limits?: Partial<Record<LimitName, readonly LimitRule[] | undefined>> | undefined
  /**
   * Your own rules, by name, each asked before Kith changes anything: it may refuse with a reason that becomes a problem, or change the
   * input where that is safe. See docs/extending.md.
   * @default none
   */
  policies?: Policies | undefined
  /** @default the denylist of this process */
  revocations?: Revocations | undefined
  /** @default counters of this process */
  rateLimits?: RateLimits | undefined
  /** @default the system's clock */
  clock?: Clock | undefined
  /** @default the system's random source */
  random?: Random | undefined
  /** For reading images back from a hosted blob store. @default the global `fetch` */
  fetch?: typeof fetch | undefined
  /** `pino()`, `winston.createLogger()` and `console` as they are, or your own with `warn` and `error`. @default `console` */
  logger?: Logger | undefined
  /** Where Kith counts and times what it does: `createOpenTelemetry()` for instance; see docs/metrics.md. @default nowhere */
  telemetry?: Telemetry | undefined
  /**
   * What else your app stands on, by name, for `ready()` to ask as well: a mail server for instance. A check resolves with `null`, or
   * with a sentence about what somebody should see to, and rejects where it cannot be used.
   * @default nothing
   */
  checks?: Readonly<Record<string, Checkable['check']>> | undefined
}

/** Options of messages. See docs/messages.md. */
export interface MessageOptions {
  /** @default nobody: `createSmtpMessenger()` of `@kith/mail-smtp` for instance */
  email?: Messenger | undefined
  /** @default nobody: `createHttpMessenger()` of `@kith/core/messages` for instance */
  sms?: Messenger | undefined
  /**
   * The pages of your app that links in messages lead to: paths under the origin of `publicUrl`, or URLs. What the page needs comes
   * behind a `#`: `#flow=…&code=…`, for the routes that take a code. @default none: messages have codes only
   */
  links?: Partial<Record<LinkName, string | null | undefined>> | undefined
}

/** Options of durable events. */
export interface OutboxOptions {
  /** `'all'`, or names; docs/events.md says which events can be durable. A list may be empty while what was stored before is handed over. */
  events: 'all' | readonly DurableEventName[]
}

/** Options of the audit log. */
export interface AuditOptions {
  /** For how long an entry is kept, also where its account is deleted before: then upkeep removes it. `'365d'` for instance. */
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
  /** How long a username that was given up stays reserved, for all but its former owner; 0 for not at all. @default '30d' @reason Links and mentions mean the former owner for weeks; nobody can pose as them meanwhile. */
  usernameHold?: Duration | undefined
  /** Whether a taken identifier is named in the response. Friendlier, but strangers can then test email addresses. @default false */
  revealTaken?: boolean | undefined
  /**
   * Whether a registration has to confirm the email address or the phone number with a code: the account exists only after that. From then on one of that kind signs in only once it is confirmed, changes only by a code, and blocks no other registration while it is unconfirmed.
   * @default none
   */
  confirm?: 'email' | 'phone' | null | undefined
  /**
   * How strangers come to have an account, whichever way they register: freely (`open`), by an invitation (`invite`), once somebody approves it
   * (`approval`), or not at all (`closed`). Your own code creates accounts whatever it says. See docs/sign-up.md. @default 'open'
   */
  signUp?: SignUp | undefined
  /** Who invites others, where `signUp` is `invite`. */
  invitations?: InvitationOptions | undefined
  /** For how long an account waits for approval; upkeep deletes it then. `null` for as long as it takes. @default '30d' @reason Nobody expects a response after a month, and its name is free again. */
  applicationTtl?: Duration | null | undefined
  /** Whether a registration says how old somebody is, as a bracket: see docs/sign-up.md. @default 'off' */
  age?: Presence | undefined
  /**
   * Whether a sign-in elsewhere opens the account that has its email address, where both sides have verified it, and is linked to it by
   * that. Otherwise its owner signs in first and links it. @default false
   */
  linkVerified?: boolean | undefined
  /**
   * Names of roles besides `member`, `moderator` and `admin`: lower-case letters, digits and hyphens. Then no other role is accepted, and
   * the types know them. @default none: any such name is accepted
   */
  roles?: readonly Role[] | undefined
  /**
   * Who may change the accounts of others by `kith.backOffice` and the routes under `/admin/users`, which are not there without it: see
   * docs/back-office.md. @default none
   */
  backOffice?: BackOfficeOptions | null | undefined
  /** Fields of your own that accounts have and anyone may see, as `z.object({ … })`: see docs/own-fields.md. @default none */
  fields?: Public | undefined
  /** Those that only the owner of the account and your own code see. @default none */
  ownFields?: Own | undefined
}

/** Options of invitations. */
export interface InvitationOptions {
  /**
   * Which roles may invite: how many invitations an account of each may have open, and how many accounts one lets in.
   * @default { admin: { open: 100, uses: 1000 } }
   */
  roles?: Readonly<Record<string, { open: number; uses: number }>> | undefined
  /** How long an invitation lasts, at most. @default '14d' @reason Long enough for somebody on holiday; a code that is lost opens nothing for long. */
  lasts?: Duration | undefined
}

/** Who may change which accounts of others. */
export interface BackOfficeOptions {
  /** The roles that may. They decide about accounts that wait for approval, too. @default ['admin'] */
  by?: readonly string[] | undefined
  /** The roles of accounts that they may change, and may give. @default ['member', 'moderator'] @reason An administrator is made and unmade on the command line, so that a stolen session does neither. */
  over?: readonly string[] | undefined
}

/** Who may act as whom, and for how long. */
export interface ImpersonationOptions {
  /** The roles that may. @default ['admin'] */
  by?: readonly string[] | undefined
  /** The roles of accounts that they may act as. @default ['member'] @reason Acting as another administrator would hide who it was, or lend more power. */
  as?: readonly string[] | undefined
  /** How long such a session lasts, however often it is refreshed; 12 hours at most. @default '30m' @reason Long enough to look into one case. */
  ttl?: Duration | undefined
  /** Whether the owner gets a message each time, where the app sends any. @default true */
  notice?: boolean | undefined
}

/**
 * Options of passwords. The defaults of hashing are the OWASP parameters for argon2id; memory times iterations may be 256 MiB
 * at most, and memory 128 MiB.
 */
export interface PasswordOptions {
  /** @default 8 @reason What NIST SP 800-63B and ASVS ask for at least; length is worth more than rules. */
  minLength?: number | undefined
  /** @default 19456 @reason The second row of OWASP for argon2id: 19 MiB, 2 passes; about 15 ms a sign-in. */
  memoryKiB?: number | undefined
  /** @default 2 @reason Belongs to the 19 MiB. */
  iterations?: number | undefined
  /** @default 1 @reason OWASP's rows are for one lane; more would take threads from other sign-ins. */
  parallelism?: number | undefined
  /**
   * How many hashes run concurrently. @default the number of processor cores, but at most 2: they run on Node's pool of four
   * threads, of which two are left to files and names. With more threads (`UV_THREADPOOL_SIZE`) take two fewer than those.
   */
  concurrency?: number | undefined
  /** How many more may wait; past that sign-ins get `busy`. @default 100 @reason About a second of waiting on two cores: anyone who would wait longer is asked to come back. */
  queueLimit?: number | undefined
  /** Words that no password may consist of, such as the name of the app; `sessions.issuer` is always one. @default none */
  forbiddenWords?: readonly string[] | undefined
  /** Where passwords are looked up that are known from breaches: `createPwnedPasswords()`, for instance. @default nowhere */
  breached?: BreachedPasswords | undefined
  /** Verifiers for imported hashes that are not argon2. @default none */
  legacy?: readonly LegacyHash[] | undefined
}

/** Options of media. Without `blobs` there are no uploads. */
export interface MediaOptions {
  /** Where the bytes are kept. */
  blobs: BlobStore
  /** Lets browsers send files straight to the host of the blobs. @default none: they go through `POST /media` */
  direct?: DirectUploads | undefined
  /** @default none: images are refused */
  images?: ImageProcessor | undefined
  /** @default none: videos are refused */
  videos?: VideoProcessor | undefined
  /**
   * Where uploads wait while they are checked, each in a folder for this user of the system alone. A directory that others
   * can change is refused. @default the system's own for temporary files
   */
  temporaryDirectory?: string | undefined
  /** @default 20 MiB @reason Above what phones make; past it a picture is a scan or an attack. */
  maxImageBytes?: number | undefined
  /** Width times height, of all frames. @default 50 million @reason Photos of 48-megapixel phones fit; four bytes each are 200 MB while it is decoded. */
  maxPixels?: number | undefined
  /** @default 100 MiB @reason Three minutes of phone video at 4 Mbit/s. */
  maxVideoBytes?: number | undefined
  /** @default 180 @reason Long enough for a post; bounds what a player of it has to fetch. */
  maxVideoSeconds?: number | undefined
  /** Width times height. @default 8,294,400 (4K) @reason What phones record at most; old players fail on more. */
  maxVideoPixels?: number | undefined
}

/** Options of posts. */
export interface PostOptions<OfPosts extends FieldsSchema = FieldsSchema> {
  /** Whether a post may have a caption and no media. @default false */
  textOnly?: boolean | undefined
  /** Fields of your own that posts have, as `z.object({ … })`: see docs/own-fields.md. @default none */
  fields?: OfPosts | undefined
}

/** Options of sessions. */
export interface SessionOptions {
  /** @default '15m' @reason For how long a token that was copied works where no denylist is asked, such as another service. */
  accessTtl?: Duration | undefined
  /** How long a session lasts without being refreshed. Must outlive `accessTtl`. @default '30d' @reason Who comes back within a month stays signed in; a device in a drawer does not. */
  refreshTtl?: Duration | undefined
  /**
   * How old a session gets at most, however often it is refreshed: then its owner signs in again. @default '90d', or
   * `refreshTtl` where that is longer
   * @reason A stolen session that nobody notices ends within a season; much less and people sign in all the time.
   */
  maxLifetime?: Duration | undefined
  /** How many live sessions an account has at most; one more ends the least recently used. @default 100 @reason More devices than anybody has; bounds what listing and ending sessions costs. */
  maxPerAccount?: number | undefined
  /** For how long the token before the current one still gets the current one; 0 for not at all. @default 10 @reason Tabs and lost responses race within seconds; for as long a stolen parent token works unseen. */
  graceSeconds?: number | undefined
  /** The `iss` and `aud` of all tokens. @default 'kith' */
  issuer?: string | undefined
  /** @default 'kith' */
  audience?: string | undefined
  /** For how long after a sign-in, or a `sessions.prove`, what is delicate needs no other proof: factors, passkeys, exports, ending other sessions. @default '10m' @reason Long enough to set something up, too short for a device left alone. */
  freshFor?: Duration | undefined
  /** For how long a device may go without the second factor, if its owner asks for that; `null` for never. @default null */
  trustDevices?: Duration | null | undefined
  /** Whether people may sign in by a code or a link that is sent to them, without a password. @default false */
  codeSignIn?: boolean | undefined
  /** Lets administrators act as other accounts for a short time (`sessions.impersonate`). @default none: nobody may */
  impersonation?: ImpersonationOptions | null | undefined
  /**
   * Experimental: offers browsers to bind a session to a key of their device (Device Bound Session Credentials), after which the refresh
   * cookie alone renews nothing. Browsers that do not know it notice nothing. See docs/device-bound-sessions.md. @default false
   */
  deviceBound?: boolean | undefined
  /**
   * Asymmetric keys for access tokens, where other services must verify them: the first signs, all verify, all public
   * halves are in the JWKS document. @default none: HS256 with a key derived from `secret`
   */
  signingKeys?: readonly SigningKey[] | undefined
}
