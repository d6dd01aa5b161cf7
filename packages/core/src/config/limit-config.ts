import * as z from 'zod'
import { callable, duration, whole } from '../option-schemas.ts'
import type { KithOptions, LimitRule } from '../options.ts'
import { type Policies, policyNames } from '../policies.ts'
import { defaultLimits, type LimitName } from '../sessions/default-limits.ts'
import type { Limit } from '../sessions/rate-limits.ts'

/** The rules of every limit. */
export type LimitConfig = Readonly<Record<LimitName, readonly Limit[]>>

const rules: z.ZodType<readonly Limit[], readonly LimitRule[]> = z
  .array(z.strictObject({ limit: whole(1), window: duration() }))
  .readonly()
  .transform((list) => {
    // Of two rules for the same window the stricter one applies.
    const narrowest = new Map<number, Limit>()
    for (const { limit, window } of [...list].sort((a, b) => b.limit - a.limit))
      narrowest.set(window, { limit, windowSeconds: window })
    return Object.freeze([...narrowest.values()].sort((a, b) => a.windowSeconds - b.windowSeconds))
  })

/** Parses the limits. */
export const limits: z.ZodType<LimitConfig, KithOptions['limits']> = z
  .strictObject(
    Object.fromEntries(
      Object.entries(defaultLimits).map(([name, list]) => [name, rules.default(list)]),
    ) as Record<LimitName, z.ZodDefault<typeof rules>>,
  )
  .readonly()
  .prefault({})

/** Parses the policies. */
export const policies: z.ZodType<Policies, Policies | undefined> = z
  .strictObject(
    Object.fromEntries(policyNames.map((name) => [name, callable<() => void>().optional()])) as Record<
      string,
      z.ZodType
    >,
  )
  .readonly()
  .prefault({})
