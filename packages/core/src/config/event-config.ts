import * as z from 'zod'
import { type DurableEventName, durableEventNames, isDurable } from '../durable-events.ts'
import { durability } from '../events.ts'
import { duration } from '../option-schemas.ts'
import type { KithOptions } from '../options.ts'

/** The durable events; `null` if the app did not ask for any. */
export type OutboxConfig = { readonly events: ReadonlySet<DurableEventName> } | null

/** How long the audit log is kept; `null` if there is none. */
export type AuditConfig = { readonly keepForSeconds: number } | null

/** Parses which events are durable. */
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

/** Parses how long the audit log is kept. */
export const audit: z.ZodType<AuditConfig, KithOptions['audit']> = z
  .strictObject({ keepFor: duration() })
  .nullable()
  .default(null)
  .transform((given) => given && Object.freeze({ keepForSeconds: given.keepFor }))

/** Reports what a type checker would have found. */
function demandDurable(name: string, context: z.RefinementCtx): void {
  const known = Object.hasOwn(durability, name) ? (name as keyof typeof durability) : null
  if (known && isDurable(known)) return
  const why = known ? durability[known] : 'Event not found.'
  context.addIssue({ code: 'custom', message: `${JSON.stringify(name)} cannot be durable. ${why}` })
}
