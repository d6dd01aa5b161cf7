import * as z from 'zod'
import { type DurableEventName, durableEventNames, isDurable } from '../durable-events.ts'
import { durability } from '../events.ts'
import { duration } from '../option-schemas.ts'
import type { KithOptions } from '../options.ts'

/** The events that are stored for the app; `null` where it did not ask for any. */
export type OutboxConfig = { readonly events: ReadonlySet<DurableEventName> } | null

/** For how long the audit log is kept; `null` where there is none. */
export type AuditConfig = { readonly keepForSeconds: number } | null

/** Reads which events are durable. */
export const outbox: z.ZodType<OutboxConfig, KithOptions['outbox']> = z
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
  ) as z.ZodType<OutboxConfig, KithOptions['outbox']>

/** Reads for how long the audit log is kept. */
export const audit: z.ZodType<AuditConfig, KithOptions['audit']> = z
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
