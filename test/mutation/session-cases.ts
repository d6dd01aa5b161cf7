import { outboxStoreCases, runCases, sessionStoreCases } from '@kith/conformance'
import type { Storage } from '@kith/core/ports'
import { test } from 'vitest'
import { sessionEndCases } from '../../packages/conformance/src/session-ends.ts'

/** What the verbs of sessions promise about the rows they are given. */
const rowsOfSessions =
  /^outbox\/(?:stored-with-change|both-or-neither|what-only-the-store-knows|id-of-session-in-use)$/

/** The cases of the kit about sessions alone: mutants of a session store are to be noticed by these. */
export function runSessionCases(emptied: () => Promise<Storage>): void {
  runCases(test, sessionStoreCases, async () => (await emptied()).sessions)
  runCases(test, sessionEndCases, emptied)
  const withRows = outboxStoreCases.filter(({ id }) => rowsOfSessions.test(id))
  runCases(test, withRows, emptied)
}
