import { outboxStoreCases, runCases, sessionStoreCases } from '@kith/conformance'
import type { Storage } from '@kith/core/ports'
import { test } from 'vitest'
import { sessionEndCases } from '../../packages/conformance/src/session-ends.ts'

/** What the session verbs promise about the rows they are given. */
const rowsOfSessions =
  /^outbox\/(?:stored-with-change|both-or-neither|what-only-the-store-knows|id-of-session-in-use)$/

/** The kit cases that only concern sessions: they should detect the mutants of a session store. */
export function runSessionCases(emptied: () => Promise<Storage>): void {
  runCases(test, sessionStoreCases, async () => (await emptied()).sessions)
  runCases(test, sessionEndCases, emptied)
  const withRows = outboxStoreCases.filter(({ id }) => rowsOfSessions.test(id))
  runCases(test, withRows, emptied)
}
