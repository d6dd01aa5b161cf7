import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { edgeCountStatements } from './edge-counts.ts'
import { edgeHidingStatements } from './edge-hiding.ts'
import { edgeStatements } from './edge-store.ts'
import { feedStatements } from './feed-store.ts'
import { createSqliteStorage } from './index.ts'
import { mediaStatements } from './media-store.ts'
import { postCountStatements } from './post-counts.ts'
import { postStatements } from './post-store.ts'
import { sessionStatements } from './session-store.ts'
import { userStatements } from './user-store.ts'

const database = new DatabaseSync(':memory:')
const stores = {
  users: userStatements,
  sessions: sessionStatements,
  edges: { ...edgeStatements, ...edgeHidingStatements },
  edgeCounts: edgeCountStatements,
  posts: postStatements,
  postCounts: postCountStatements,
  media: mediaStatements,
  feed: feedStatements,
}
const statements = Object.entries(stores).flatMap(([store, texts]) =>
  Object.entries(texts).map(([name, sql]) => [`${store}.${name}`, sql] as const),
)

beforeAll(() => createSqliteStorage({ database }).migrate())
afterAll(() => database.close())

function planOf(sql: string): string[] {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
  return rows.map((row) => String(row['detail']))
}

/** Ids that are passed as JSON are a table that is read as a whole; so is what a subquery has already narrowed down. */
function isFullScan(step: string): boolean {
  return /^SCAN (?!.*(USING|VIRTUAL TABLE|subquery|CONSTANT ROW))/.test(step)
}

/** The heads of a feed are at most one row for each author followed, in no order that an index could have. */
const sorts: readonly string[] = ['feed.heads']

test.each(statements)('%s reads through an index and sorts nothing', (name, sql) => {
  const plan = planOf(sql)
  const costly = plan.filter((step) => /TEMP B-TREE|AUTOMATIC/.test(step) || isFullScan(step))
  expect(costly).toEqual(sorts.includes(name) ? ['USE TEMP B-TREE FOR ORDER BY'] : [])
})

test('each statement uses the index that was made for it', () => {
  // Other steps differ between releases of SQLite.
  const reads = (sql: string): string[] => planOf(sql).filter((step) => /^(SEARCH|SCAN)/.test(step))
  expect(Object.fromEntries(statements.map(([name, sql]) => [name, reads(sql)]))).toMatchInlineSnapshot(`
    {
      "edgeCounts.byNodes": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "edgeCounts.change": [],
      "edgeCounts.count": [
        "SCAN CONSTANT ROW",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_out (kind=? AND from_id=? AND hidden=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_in (kind=? AND to_id=? AND hidden=?)",
      ],
      "edgeCounts.following": [
        "SCAN kinds VIRTUAL TABLE INDEX 1:",
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node>?)",
        "SCAN kinds VIRTUAL TABLE INDEX 1:",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_out (kind=? AND from_id>?)",
        "SCAN kinds VIRTUAL TABLE INDEX 1:",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_in (kind=? AND to_id>?)",
        "SEARCH (subquery-6)",
      ],
      "edgeCounts.forget": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node=?)",
      ],
      "edges.add": [
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
      ],
      "edges.amongIn": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "edges.amongOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "edges.dropIn": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_in (kind=? AND to_id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "edges.dropOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_out (kind=? AND from_id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "edges.forgetNode": [
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
      ],
      "edges.forgetShown": [
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
      ],
      "edges.hiddenNodes": [
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node<?)",
      ],
      "edges.hideIn": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_in (kind=? AND to_id=? AND hidden=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "edges.hideNode": [],
      "edges.hideOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_out (kind=? AND from_id=? AND hidden=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "edges.listIn": [
        "SEARCH kith_edges USING COVERING INDEX kith_edges_in (kind=? AND to_id=? AND hidden=? AND id<?)",
      ],
      "edges.listOut": [
        "SEARCH kith_edges USING COVERING INDEX kith_edges_out (kind=? AND from_id=? AND hidden=? AND id<?)",
      ],
      "edges.remove": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
      ],
      "edges.showIn": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_in (kind=? AND to_id=? AND hidden=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "edges.showNode": [
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
      ],
      "edges.showOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_out (kind=? AND from_id=? AND hidden=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "feed.following": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node=?)",
      ],
      "feed.heads": [
        "SCAN CONSTANT ROW",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_out (kind=? AND from_id=?)",
        "SCAN (subquery-3)",
        "SEARCH kith_posts USING COVERING INDEX kith_posts_author (author_id=? AND id<?)",
      ],
      "feed.ofAuthor": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_author (author_id=? AND id>? AND id<?)",
      ],
      "feed.posts": [
        "SEARCH post USING PRIMARY KEY (id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
        "SEARCH kith_users EXISTS USING PRIMARY KEY (id=?)",
      ],
      "feed.recent": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_recent (id<?)",
        "SCAN (subquery-1)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
      ],
      "media.attach": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.byIds": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "media.bySubjects": [
        "SEARCH kith_media USING INDEX kith_media_subject (use=? AND subject=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "media.forget": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.free": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "media.ready": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.releaseOwned": [
        "SEARCH kith_media USING INDEX kith_media_owner (owner_id=?)",
      ],
      "media.releaseUnused": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
        "SEARCH kith_media USING INDEX kith_media_waiting (created_at<?)",
      ],
      "media.releaseUsed": [
        "SEARCH kith_media USING INDEX kith_media_subject (use=? AND subject=?)",
      ],
      "media.released": [
        "SCAN kith_media USING INDEX kith_media_released",
      ],
      "media.reserve": [],
      "postCounts.byAuthors": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "postCounts.change": [],
      "postCounts.count": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_author (author_id=?)",
      ],
      "postCounts.following": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id>?)",
        "SEARCH kith_posts USING COVERING INDEX kith_posts_author (author_id>?)",
        "SEARCH (subquery-2)",
      ],
      "postCounts.forget": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
      ],
      "posts.byAuthor": [
        "SEARCH kith_posts USING INDEX kith_posts_author (author_id=? AND id<?)",
      ],
      "posts.byIds": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "posts.edit": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.insert": [],
      "posts.ofAuthor": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_author (author_id=?)",
      ],
      "posts.purge": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.remove": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.removedIds": [
        "SCAN kith_posts USING COVERING INDEX kith_posts_removed",
      ],
      "sessions.byId": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "sessions.insert": [],
      "sessions.list": [
        "SEARCH kith_sessions USING INDEX kith_sessions_unrevoked (user_id=? AND id<?)",
      ],
      "sessions.purgeEnded": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
        "SEARCH kith_sessions USING INDEX kith_sessions_ended (ended_at<?)",
      ],
      "sessions.revoke": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "sessions.revokeAll": [
        "SEARCH kith_sessions USING INDEX kith_sessions_unrevoked (user_id=?)",
      ],
      "sessions.rotate": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "users.bannedIds": [
        "SEARCH kith_users USING INDEX kith_users_banned (id<?)",
      ],
      "users.byEmail": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_3 (email=?)",
      ],
      "users.byId": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.byIds": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
      ],
      "users.byUsername": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_2 (username=?)",
      ],
      "users.deletedIds": [
        "SCAN kith_users USING INDEX kith_users_deleted",
      ],
      "users.idInUse": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.insert": [],
      "users.markDeleted": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.purge": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.replacePassword": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.taken": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_2 (username=?)",
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_3 (email=?)",
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_4 (phone=?)",
      ],
      "users.update": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
    }
  `)
})
