import * as z from 'zod'
import { roleName } from '../accounts/account-inputs.ts'
import { duration, type Filled, whole } from '../option-schemas.ts'
import type { ImpersonationOptions, SessionOptions } from '../options.ts'

/** The options of sessions, with their defaults. */
export type SessionConfig = Omit<Filled<SessionOptions>, 'trustDevicesSeconds' | 'impersonation'> & {
  /** `null` if nobody may act as others. */
  readonly impersonation: Filled<ImpersonationOptions> | null
  /** `null` if no device is trusted. */
  readonly trustDevicesSeconds: number | null
}

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
  .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'give each key its own kid')
  .readonly()

const roles = z.array(roleName()).min(1).readonly()

const impersonation = z
  .strictObject({
    by: roles.prefault(['admin']),
    as: roles.prefault(['member']),
    ttl: duration()
      .refine((seconds) => seconds <= 12 * 3600, 'must be at most 12 hours')
      .prefault('30m'),
    notice: z.boolean().default(true),
  })
  .refine((given) => !given.as.some((role) => given.by.includes(role)), {
    error: 'a role that may act as others cannot be acted as',
    path: ['as'],
  })
  .transform(({ ttl, ...rest }) => ({ ...rest, ttlSeconds: ttl }))
  .readonly()
  .nullable()
  .default(null)

/** Parses the options of sessions. */
export const sessions: z.ZodType<SessionConfig, SessionOptions | undefined> = z
  .strictObject({
    accessTtl: duration().prefault('15m'),
    refreshTtl: duration().prefault('30d'),
    maxLifetime: duration().optional(),
    maxPerAccount: whole(1).default(100),
    graceSeconds: whole(0).max(300).default(10),
    issuer: z.string().min(1).default('kith'),
    audience: z.string().min(1).default('kith'),
    codeSignIn: z.boolean().default(false),
    deviceBound: z.boolean().default(false),
    freshFor: duration().prefault('10m'),
    trustDevices: duration().nullable().prefault(null),
    impersonation,
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
    error: 'must be longer than sessions.accessTtl',
    path: ['refreshTtl'],
  })
  .refine(({ maxLifetimeSeconds, accessTtlSeconds }) => maxLifetimeSeconds > accessTtlSeconds, {
    error: 'must be longer than sessions.accessTtl',
    path: ['maxLifetime'],
  })
  .readonly()
  .prefault({})
