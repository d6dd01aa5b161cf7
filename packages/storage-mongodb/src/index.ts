import { joinStores, type Storage } from '@kith/core/ports'
import { createAuditStore } from './audit-store.ts'
import { check } from './check.ts'
import { createCodeStore } from './code-store.ts'
import { createConnection } from './connection.ts'
import { createCredentialStore } from './credential-store.ts'
import { createEdgeStore } from './edge-store.ts'
import { createFactStore } from './fact-store.ts'
import { createFeedStore } from './feed-store.ts'
import { createMediaStore } from './media-store.ts'
import { migrate, plan } from './migrate.ts'
import { checkOptions, type MongoStorageOptions } from './options.ts'
import { createOutboxStore } from './outbox-store.ts'
import { createPostStore } from './post-store.ts'
import { createServerSource } from './server.ts'
import { createSessionStore } from './session-store.ts'
import { createUserStore } from './user-store.ts'

export type { MongoClientLike, MongoClientOptions, MongoStorageOptions, MongoUriOptions } from './options.ts'

/**
 * Keeps everything in a MongoDB database: on a replica set or a sharded cluster with transactions, on a standalone
 * document by document, which is for development: the README lists the limitations. Nothing is opened or written here:
 * it connects on first use, which is normally `migrate()`.
 * @throws TypeError for options that contradict each other. The stores raise `storage-unavailable`, `storage-busy`,
 * `storage-full` and `storage-failed`.
 */
export function createMongoStorage(options: MongoStorageOptions): Storage {
  const settings = checkOptions(options)
  const source = createServerSource(settings)
  const connection = createConnection(settings, source)
  return joinStores({
    users: createUserStore(connection),
    sessions: createSessionStore(connection),
    edges: createEdgeStore(connection),
    posts: createPostStore(connection),
    media: createMediaStore(connection),
    feed: createFeedStore(connection),
    facts: createFactStore(connection),
    outbox: createOutboxStore(connection, 'events'),
    messages: createOutboxStore(connection, 'messages'),
    audit: createAuditStore(connection),
    codes: createCodeStore(connection),
    credentials: createCredentialStore(connection),
    migrate: (how) => migrate(settings, source, how),
    plan: () => plan(settings, source),
    check: () => check(connection),
    close: () => source.close(),
  })
}
