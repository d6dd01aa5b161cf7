import type { SessionRecord, SessionStore, Storage } from '@kith/core/ports'
import type { Flaw } from './processes.ts'

function withSessions(change: (sessions: SessionStore) => Partial<SessionStore>): Flaw {
  return {
    storage: (storage) => ({
      ...storage,
      sessions: { ...storage.sessions, ...change(storage.sessions) },
    }),
  }
}

/** The rows as they were first read, by any process. */
const copied = new Map<string, SessionRecord | null>()

const endOfTime = new Date('9999-12-31T00:00:00Z')

/** Services with one flaw each. */
export const flaws: Readonly<Record<string, Flaw>> = {
  'a rotation that does not compare the generation': withSessions(({ byId, rotate }) => ({
    async rotate(rotation) {
      const found = await byId(rotation.id)
      return await rotate({ ...rotation, generation: found?.generation ?? rotation.generation })
    },
  })),
  'a rotation that revives a revoked row': withSessions(({ byId, open, purgeEnded, rotate }) => ({
    async rotate(rotation) {
      const found = await byId(rotation.id)
      if (!found?.revokedAt || found.generation !== rotation.generation) return await rotate(rotation)
      await purgeEnded(endOfTime, 1_000)
      await open({ ...found, revokedAt: null }, 10)
      return await rotate(rotation)
    },
  })),
  'an end that is confirmed and not stored': withSessions(() => ({ revoke: async () => true })),
  'an end of all sessions that raises no epoch': {
    storage: (storage: Storage) => ({
      ...storage,
      users: {
        ...storage.users,
        async update(id, { endSessions: _, ...changes }) {
          return await storage.users.update(id, changes)
        },
      },
    }),
  },
  'an end that forgets the mirror': { revocations: (lagging) => ({ ...lagging, revoke: async () => {} }) },
  'rows that are read from a copy that lags': withSessions(({ byId }) => ({
    async byId(id) {
      if (!copied.has(id)) copied.set(id, await byId(id))
      return copied.get(id) ?? null
    },
  })),
  'a grace of five minutes': { graceSeconds: 300 },
  'no grace': { graceSeconds: 0 },
  'a restored backup that keeps its sessions': { restored: async () => {} },
}
