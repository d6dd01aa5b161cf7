import type { Storage } from '@kith/core/ports'
import fc from 'fast-check'

/** One call of a port. */
export interface Call {
  port: Exclude<keyof Storage, 'facts' | 'outbox' | 'messages' | 'migrate' | 'plan' | 'check' | 'close'>
  verb: string
  values: unknown[]
}

/** Calls of a verb with values from these generators. */
export function call(
  ...[port, verb, ...values]: [Call['port'], string, ...fc.Arbitrary<unknown>[]]
): fc.Arbitrary<Call> {
  return fc.tuple(...values).map((values) => ({ port, verb, values }))
}

// Few names and few moments, so that calls collide.
export const idOf = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`
export const people: readonly string[] = [0, 1, 2, 3, 4, 5].map(idOf)
export const id: fc.Arbitrary<string> = fc.constantFrom(...people)
export const ownerId: fc.Arbitrary<string> = fc.constantFrom(idOf(1), idOf(2))
export const name: fc.Arbitrary<string> = fc.constantFrom('a', 'A', 'b', '', "'", '💥')
export const moment: fc.Arbitrary<Date> = fc.nat({ max: 12 }).map((millis) => new Date(millis))
// Which of several edges, posts or codes a step takes is not specified, so it takes all of them.
export const everything: fc.Arbitrary<number> = fc.constant(1000)
export const ban: fc.Arbitrary<object> = fc.record({ bannedAt: fc.option(moment, { freq: 2 }) })
