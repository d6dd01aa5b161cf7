import type { CodeRecord, CodeStore } from '../codes/code-store.ts'
import { addToOutbox } from './memory-outbox-store.ts'
import type { MemoryState } from './memory-state.ts'

type Name = Pick<CodeRecord, 'purpose' | 'subject'>

/** Codes in a `Map`. Each verb runs to its end without awaiting, which makes it atomic here. */
export function createMemoryCodeStore({ codes, queues }: Pick<MemoryState, 'codes' | 'queues'>): CodeStore {
  function living(name: Name, now: Date): CodeRecord | null {
    const code = codes.get(keyOf(name))
    return code && code.expiresAt > now && code.tries > 0 ? code : null
  }

  return {
    async issue(code, outbox) {
      const before = codes.get(keyOf(code))
      const lasts = before && before.expiresAt > code.createdAt
      const tries = lasts ? Math.min(before.tries, code.tries) : code.tries
      addToOutbox(queues, outbox?.() ?? [])
      codes.set(keyOf(code), structuredClone({ ...code, tries }))
    },
    async issueOnce(code, outbox) {
      const before = codes.get(keyOf(code))
      if (before && before.expiresAt > code.createdAt) return false
      addToOutbox(queues, outbox?.() ?? [])
      codes.set(keyOf(code), structuredClone(code))
      return true
    },
    async renew({ hashes, now, expiresAt, ...name }, outbox) {
      const code = living(name, now)
      if (!code) return null
      const renewed = { ...code, hashes: [...hashes], expiresAt: new Date(expiresAt) }
      addToOutbox(queues, outbox?.(structuredClone(renewed)) ?? [])
      codes.set(keyOf(name), renewed)
      return structuredClone(renewed)
    },
    async consume({ hash, now, ...name }, outbox) {
      const code = living(name, now)
      if (!code) return { outcome: 'none' }
      if (!code.hashes.includes(hash)) {
        code.tries--
        return { outcome: 'wrong' }
      }
      addToOutbox(queues, outbox?.(structuredClone(code)) ?? [])
      codes.delete(keyOf(name))
      return { outcome: 'consumed', code }
    },
    find: async ({ now, ...name }) => structuredClone(living(name, now)),
    async removeOf(userId, purposes) {
      for (const [key, code] of [...codes])
        if (code.userId === userId && (purposes?.includes(code.purpose) ?? true)) codes.delete(key)
    },
    async purgeEnded(now, limit) {
      const ended = [...codes].filter(([, code]) => code.expiresAt <= now).slice(0, limit)
      for (const [key] of ended) codes.delete(key)
      return ended.length
    },
  }
}

function keyOf({ purpose, subject }: Name): string {
  return JSON.stringify([purpose, subject])
}
