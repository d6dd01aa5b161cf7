import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { builtInRoles, type Presence, roleName } from '../accounts/account-inputs.ts'
import { argon2Bounds } from '../accounts/argon2-hash.ts'
import type { BreachedPasswords } from '../accounts/breached-passwords.ts'
import { fold } from '../accounts/identifiers.ts'
import type { LegacyHash } from '../accounts/legacy-hash.ts'
import { reservedUsernames } from '../accounts/reserved-names.ts'
import type { Identifier } from '../accounts/user-store.ts'
import { durationAdvice } from '../duration.ts'
import { duration, type Filled, optionalPort, port, whole } from '../option-schemas.ts'
import type { AccountOptions, BackOfficeOptions, PasswordOptions } from '../options.ts'
import type { FieldScope } from '../own-fields/field-scope.ts'
import { ownPrefix } from '../own-fields/stored-fields.ts'
import { fieldScope } from './field-config.ts'

/** The options of passwords, with their defaults. */
export type PasswordConfig = Filled<PasswordOptions, 'breached'>

/** The options of accounts, with their defaults. */
export type AccountConfig = Omit<
  Filled<Omit<AccountOptions, 'applicationTtl'>>,
  'identifiers' | 'reservedUsernames' | 'roles' | 'fields' | 'ownFields' | 'invitations' | 'backOffice'
> & {
  readonly invitations: InvitationConfig
  /** `null` if nobody may change other accounts. */
  readonly backOffice: Filled<BackOfficeOptions> | null
  /** `null` if accounts wait without a limit. */
  readonly applicationTtlSeconds: number | null
  readonly fields: FieldScope | null
  readonly ownFields: FieldScope | null
  readonly identifiers: Readonly<Record<Identifier, Presence>>
  /** With the built-in ones; `null` if any name is allowed. */
  readonly roles: readonly string[] | null
  /** Folded, with the built-in ones. */
  readonly reservedUsernames: ReadonlySet<string>
}

/** Who may invite, with defaults. */
interface InvitationConfig {
  readonly roles: Readonly<Record<string, { readonly open: number; readonly uses: number }>>
  readonly lastsSeconds: number
}

const mostInvited = whole(1).max(1_000)

const invitations = z
  .strictObject({
    roles: z
      .record(roleName(), z.strictObject({ open: mostInvited, uses: mostInvited }).readonly())
      .readonly()
      .prefault({ admin: { open: 100, uses: 1_000 } }),
    lasts: duration().prefault('14d'),
  })
  .transform(({ roles, lasts }) => ({ roles, lastsSeconds: lasts }))
  .readonly()
  .prefault({})

const someRoles = z.array(roleName()).min(1).readonly()

const backOffice = z
  .strictObject({
    by: someRoles.prefault(['admin']),
    over: someRoles.prefault(['member', 'moderator']),
  })
  .refine((given) => !given.over.some((role) => given.by.includes(role)), {
    error: 'a role that may change the accounts of others cannot be changed by them',
    path: ['over'],
  })
  .readonly()
  .nullable()
  .default(null)

const presence = z.enum(['required', 'optional', 'off'])

/** Parses the options of accounts. */
export const accounts: z.ZodType<AccountConfig, AccountOptions | undefined> = z
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
        'people log in by username or email, so if one is off the other must be required',
      )
      .readonly()
      .prefault({}),
    reservedUsernames: z
      .array(z.string())
      .prefault([])
      .transform((names): ReadonlySet<string> => new Set([...reservedUsernames, ...names].map(fold))),
    usernameHold: z
      .union([z.literal(0), duration()], `pass 0 for not at all, or ${durationAdvice}`)
      .prefault('30d'),
    revealTaken: z.boolean().default(false),
    confirm: z.enum(['email', 'phone']).nullable().default(null),
    signUp: z.enum(['open', 'invite', 'approval', 'closed']).default('open'),
    invitations,
    backOffice,
    applicationTtl: duration().nullable().prefault('30d'),
    age: presence.default('off'),
    linkVerified: z.boolean().default(false),
    roles: z
      .array(roleName())
      .transform((names) => [...new Set([...builtInRoles, ...names])])
      .readonly()
      .optional()
      .transform((names) => names ?? null),
    fields: fieldScope('accounts.fields'),
    ownFields: fieldScope('accounts.ownFields', ownPrefix),
  })
  .refine(({ confirm, identifiers }) => confirm === null || identifiers[confirm] === 'required', {
    error: 'what a registration confirms is required: set it in accounts.identifiers',
    path: ['confirm'],
  })
  .transform(({ usernameHold, applicationTtl, ...rest }) => ({
    ...rest,
    usernameHoldSeconds: usernameHold,
    applicationTtlSeconds: applicationTtl,
  }))
  .readonly()
  .prefault({})

/** Node hashes, reads files and resolves names on four threads; hashing leaves two of them to the rest. */
const hashingThreads = 2

/** Parses the options of passwords. */
export const passwords: z.ZodType<PasswordConfig, PasswordOptions | undefined> = z
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
