import { joinStores } from '../joined-stores.ts'
import type { Storage } from '../storage.ts'
import { createMemoryAuditStore } from './memory-audit-store.ts'
import { createMemoryCodeStore } from './memory-code-store.ts'
import { createMemoryCredentialStore } from './memory-credential-store.ts'
import { createMemoryEdgeStore } from './memory-edge-store.ts'
import { createMemoryFactStore } from './memory-fact-store.ts'
import { createMemoryFeedStore } from './memory-feed-store.ts'
import { createMemoryMediaStore } from './memory-media-store.ts'
import { createMemoryOutboxStore } from './memory-outbox-store.ts'
import { createMemoryPostStore } from './memory-post-store.ts'
import { createMemorySessionStore } from './memory-session-store.ts'
import { createMemoryState } from './memory-state.ts'
import { createMemoryUserStore } from './memory-user-store.ts'

/** Keeps everything in this process, for tests and as the reference for adapters. */
export function createMemoryStorage(): Storage {
  const state = createMemoryState()
  return joinStores({
    users: createMemoryUserStore(state),
    sessions: createMemorySessionStore(state),
    edges: createMemoryEdgeStore(state),
    posts: createMemoryPostStore(state),
    media: createMemoryMediaStore(state),
    feed: createMemoryFeedStore(state),
    facts: createMemoryFactStore(),
    outbox: createMemoryOutboxStore(state.queues.events),
    messages: createMemoryOutboxStore(state.queues.messages),
    audit: createMemoryAuditStore(state.queues),
    codes: createMemoryCodeStore(state),
    credentials: createMemoryCredentialStore(state),
    migrate: async () => {},
    plan: async () => [],
    check: async () => null,
    close: async () => {},
  })
}
