import type { CredentialRecord, CredentialStore, WaysIn } from '../credentials/credential-store.ts'
import { addToOutbox } from './memory-outbox-store.ts'
import type { MemoryState } from './memory-state.ts'

/** Credentials in a `Map`. Each verb runs to its end without awaiting, which makes it atomic here. */
export function createMemoryCredentialStore({
  users,
  credentials,
  queues,
}: Pick<MemoryState, 'users' | 'credentials' | 'queues'>): CredentialStore {
  const of = (userId: string): CredentialRecord[] =>
    [...credentials.values()].filter((each) => each.userId === userId).sort((a, b) => (a.id < b.id ? -1 : 1))

  function bySubject(kind: string, subject: string): CredentialRecord | undefined {
    return [...credentials.values()].find((each) => each.kind === kind && each.subject === subject)
  }

  function hasWayIn(userId: string, others: readonly CredentialRecord[], waysIn: WaysIn): boolean {
    const user = users.get(userId)
    const verified = { email: user?.emailVerifiedAt, phone: user?.phoneVerifiedAt }
    return (
      typeof user?.passwordHash === 'string' ||
      waysIn.addresses.some((name) => typeof user?.[name] === 'string' && verified[name]) ||
      others.some(({ kind }) => waysIn.kinds.includes(kind))
    )
  }

  return {
    async add(credential, atMost, outbox) {
      const { userId, kind, subject } = credential
      if (!users.has(userId)) return 'gone'
      if (bySubject(kind, subject)) return 'taken'
      if (of(userId).filter((each) => each.kind === kind).length >= atMost) return 'too-many'
      addToOutbox(queues, outbox?.() ?? [])
      credentials.set(credential.id, structuredClone(credential))
      return 'added'
    },
    byUser: async (userId) => structuredClone(of(userId)),
    bySubject: async (kind, subject) => structuredClone(bySubject(kind, subject) ?? null),
    async step({ id, version, data, name, usedAt }, outbox) {
      const before = credentials.get(id)
      if (before?.version !== version) return false
      addToOutbox(queues, outbox?.() ?? [])
      credentials.set(id, {
        ...before,
        version: version + 1,
        ...(data !== undefined && { data }),
        ...(name !== undefined && { name }),
        ...(usedAt !== undefined && { usedAt: new Date(usedAt) }),
      })
      return true
    },
    async remove({ id, userId }, waysIn, outbox) {
      const all = of(userId)
      const credential = all.find((each) => each.id === id)
      if (!credential) return 'gone'
      const others = all.filter((each) => each.id !== id)
      if (waysIn.kinds.includes(credential.kind) && !hasWayIn(userId, others, waysIn)) return 'last-way-in'
      addToOutbox(queues, outbox?.() ?? [])
      credentials.delete(id)
      return 'removed'
    },
    async removeOf(userId, kinds, outbox) {
      const removed = of(userId)
        .filter(({ kind }) => kinds?.includes(kind) ?? true)
        .map(({ id, kind }) => ({ id, kind }))
      if (removed.length === 0) return removed
      addToOutbox(queues, outbox?.(structuredClone(removed)) ?? [])
      for (const { id } of removed) credentials.delete(id)
      return removed
    },
  }
}
