import type { Storage } from '../storage.ts'
import { createMemorySessionStore } from './memory-session-store.ts'
import { createMemoryUserStore } from './memory-user-store.ts'

/** Keeps everything in this process, for tests and as the reference that adapters are compared with. */
export function createMemoryStorage(): Storage {
  return {
    users: createMemoryUserStore(),
    sessions: createMemorySessionStore(),
    migrate: async () => {},
    close: async () => {},
  }
}
