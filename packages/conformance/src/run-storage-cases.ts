import type { Storage } from '@kith/core/ports'
import { type RegisterTest, runCases } from './case.ts'
import { edgeStoreCases } from './edge-store.ts'
import { factStoreCases } from './fact-store.ts'
import { feedStoreCases } from './feed-store.ts'
import { mediaStoreCases } from './media-store.ts'
import { postStoreCases } from './post-store.ts'
import { sessionEndCases } from './session-ends.ts'
import { sessionStoreCases } from './session-store.ts'
import { storageCases } from './storage.ts'
import { userStoreCases } from './user-store.ts'

/**
 * Registers the cases of a storage and of every store in it. `make` gives a fresh one, not migrated yet; `emptied` one that
 * is migrated and empty, where that is had faster than by migrating a fresh one.
 */
export function runStorageCases(
  test: RegisterTest,
  make: () => Promise<Storage>,
  emptied: () => Promise<Storage> = async () => {
    const storage = await make()
    await storage.migrate()
    return storage
  },
): void {
  runCases(test, userStoreCases, async () => (await emptied()).users)
  runCases(test, sessionStoreCases, async () => (await emptied()).sessions)
  runCases(test, edgeStoreCases, async () => (await emptied()).edges)
  runCases(test, postStoreCases, emptied)
  runCases(test, mediaStoreCases, emptied)
  runCases(test, feedStoreCases, emptied)
  runCases(test, factStoreCases, async () => (await emptied()).facts)
  runCases(test, sessionEndCases, emptied)
  runCases(test, storageCases, make)
}
