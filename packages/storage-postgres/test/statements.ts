import { auditStatements } from '../src/audit-store.ts'
import { codeStatements } from '../src/code-store.ts'
import { counterStatements } from '../src/counter-statements.ts'
import { credentialStatements } from '../src/credential-store.ts'
import { denylistStatements } from '../src/denylist-statements.ts'
import { edgeCountStatements } from '../src/edge-counts.ts'
import { edgeHidingStatements } from '../src/edge-hiding.ts'
import { edgeStatements } from '../src/edge-store.ts'
import { factStatements } from '../src/fact-store.ts'
import { feedStatements } from '../src/feed-store.ts'
import { mediaStatements } from '../src/media-store.ts'
import { outboxStatements } from '../src/outbox-store.ts'
import { postCountStatements } from '../src/post-counts.ts'
import { postStatements } from '../src/post-store.ts'
import { recountStatements } from '../src/recount.ts'
import { sessionStatements } from '../src/session-store.ts'
import { userListStatements } from '../src/user-lists.ts'
import { userStatements } from '../src/user-statements.ts'

const stores = {
  users: { ...userStatements, ...userListStatements },
  sessions: sessionStatements,
  edges: { ...edgeStatements, ...edgeHidingStatements },
  edgeCounts: edgeCountStatements,
  posts: postStatements,
  postCounts: postCountStatements,
  recounts: recountStatements,
  media: mediaStatements,
  feed: feedStatements,
  facts: factStatements,
  audit: auditStatements,
  outbox: outboxStatements.events,
  messages: outboxStatements.messages,
  codes: codeStatements,
  credentials: credentialStatements,
  denylist: denylistStatements,
  counters: counterStatements,
}
/** Every statement of every store, with the names of its store and its own. */
export const statements: readonly (readonly [name: string, sql: string])[] = Object.entries(stores).flatMap(
  ([store, texts]) => Object.entries(texts).map(([name, sql]) => [`${store}.${name}`, sql] as const),
)
