import { runCases, sessionStoreCases } from '@kith/conformance'
import type { Storage } from '@kith/core/ports'
import { test } from 'vitest'
import { sessionEndCases } from '../../packages/conformance/src/session-ends.ts'

/** The cases of the kit about sessions alone: mutants of a session store are to be noticed by these. */
export function runSessionCases(emptied: () => Promise<Storage>): void {
  runCases(test, sessionStoreCases, async () => (await emptied()).sessions)
  runCases(test, sessionEndCases, emptied)
}
