import type { Storage } from '@kith/core/ports'
import { auditStoreCases } from './audit-store.ts'
import { type Case, type RegisterTest, runCases as registerCases } from './case.ts'
import { codeStoreCases } from './code-store.ts'
import { credentialStoreCases } from './credential-store.ts'
import { edgeStoreCases } from './edge-store.ts'
import { factStoreCases } from './fact-store.ts'
import { feedStoreCases } from './feed-store.ts'
import { mediaStoreCases } from './media-store.ts'
import { outboxStoreCases } from './outbox-store.ts'
import { postStoreCases } from './post-store.ts'
import { sessionEndCases } from './session-ends.ts'
import { sessionStoreCases } from './session-store.ts'
import { storageCases } from './storage.ts'
import { userStoreCases } from './user-store.ts'
import { edgesWithoutTransactions, unpromisedWithoutTransactions } from './without-transactions.ts'

/** What the kit needs to know about a storage. */
export interface StorageConditions {
  /** Returns a migrated, empty storage, if that is faster than migrating a fresh one. */
  emptied?: () => Promise<Storage>
  /** `false` for one that changes one document at a time: see `unpromisedWithoutTransactions`. @default true */
  transactions?: boolean
}

/** Registers the cases of a storage and of every store in it. `make` returns a fresh one, not migrated yet. */
export function runStorageCases(
  test: RegisterTest,
  make: () => Promise<Storage>,
  { emptied = () => migrated(make), transactions = true }: StorageConditions = {},
): void {
  const left = new Set(transactions ? [] : unpromisedWithoutTransactions.map(({ id }) => id))
  function runCases<Port>(cases: readonly Case<Port>[], prepared: () => Promise<Port>): void {
    registerCases(
      test,
      cases.filter(({ id }) => !left.has(id)),
      prepared,
    )
  }
  runCases(userStoreCases, async () => (await emptied()).users)
  runCases(sessionStoreCases, async () => (await emptied()).sessions)
  runCases(edgeStoreCases, emptied)
  if (!transactions) runCases(edgesWithoutTransactions, emptied)
  runCases(postStoreCases, emptied)
  runCases(mediaStoreCases, emptied)
  runCases(feedStoreCases, emptied)
  runCases(outboxStoreCases, emptied)
  runCases(auditStoreCases, emptied)
  runCases(codeStoreCases, emptied)
  runCases(credentialStoreCases, emptied)
  runCases(factStoreCases, async () => (await emptied()).facts)
  runCases(sessionEndCases, emptied)
  runCases(storageCases, make)
}

async function migrated(make: () => Promise<Storage>): Promise<Storage> {
  const storage = await make()
  await storage.migrate()
  return storage
}
