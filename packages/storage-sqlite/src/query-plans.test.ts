import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditStatements } from './audit-store.ts'
import { codeStatements } from './code-store.ts'
import { credentialStatements } from './credential-store.ts'
import { edgeCountStatements } from './edge-counts.ts'
import { edgeHidingStatements } from './edge-hiding.ts'
import { edgeListStatements } from './edge-lists.ts'
import { edgeStatements } from './edge-store.ts'
import { factStatements } from './fact-store.ts'
import { feedStatements } from './feed-store.ts'
import { createSqliteStorage } from './index.ts'
import { longCountStatements } from './long-counts.ts'
import { mediaStatements } from './media-store.ts'
import { outboxStatements } from './outbox-store.ts'
import { postCountStatements } from './post-counts.ts'
import { postStatements } from './post-store.ts'
import { sessionStatements } from './session-store.ts'
import { userListStatements } from './user-lists.ts'
import { userStatements } from './user-store.ts'

const database = new DatabaseSync(':memory:')
const stores = {
  users: { ...userStatements, ...userListStatements },
  sessions: sessionStatements,
  edges: { ...edgeStatements, ...edgeHidingStatements, ...edgeListStatements },
  edgeCounts: edgeCountStatements,
  longCounts: longCountStatements,
  posts: postStatements,
  postCounts: postCountStatements,
  media: mediaStatements,
  feed: feedStatements,
  facts: factStatements,
  audit: auditStatements,
  outbox: outboxStatements.events,
  messages: outboxStatements.messages,
  codes: codeStatements,
  credentials: credentialStatements,
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

/** The steps that read a table of ours. Ids passed as JSON, subqueries, and the result rows of a feed are read as a whole. */
function readsOf(sql: string): string[] {
  return planOf(sql).filter((step) =>
    /^(SEARCH|SCAN) (?!page$|found$|.*(VIRTUAL TABLE|subquery|CONSTANT ROW|VALUES CLAUSE))/.test(step),
  )
}

/**
 * The first posts of a feed are at most one row for each followed author, in no order that an index could have. Only nodes with few
 * edges that start at them are listed without an index.
 */
const sorts: readonly string[] = ['feed.heads', 'edges.listOut']
/** It has one or two rows for each process that counts a node with very many edges. */
const scans: readonly string[] = ['longCounts.forgetAbandoned']

test.each(statements)('%s reads with an index and sorts nothing', (name, sql) => {
  const costly = planOf(sql).filter((step) => /TEMP B-TREE|AUTOMATIC/.test(step))
  const fullScans = readsOf(sql).filter((step) => /^SCAN (?!.*USING)/.test(step))
  expect(costly).toEqual(sorts.includes(name) ? ['USE TEMP B-TREE FOR ORDER BY'] : [])
  expect(fullScans).toHaveLength(scans.includes(name) ? 1 : 0)
})

test('each statement uses the index that was created for it', () => {
  // Other steps differ between releases of SQLite, and newer ones report when a subquery has become a join.
  const reads = (sql: string): string[] => readsOf(sql).map((step) => step.replace(' EXISTS', ''))
  expect(Object.fromEntries(statements.map(([name, sql]) => [name, reads(sql)]))).toMatchInlineSnapshot(`
    {
      "audit.add": [],
      "audit.list": [
        "SEARCH kith_audit USING PRIMARY KEY (id<?)",
      ],
      "audit.listOfAccount": [
        "SEARCH kith_audit USING INDEX kith_audit_of_account (account_id=? AND id<?)",
      ],
      "audit.purgeBefore": [
        "SEARCH kith_audit USING PRIMARY KEY (id=?)",
        "SEARCH kith_audit USING COVERING INDEX kith_audit_age (at<?)",
      ],
      "codes.find": [
        "SEARCH kith_codes USING PRIMARY KEY (purpose=? AND subject=?)",
      ],
      "codes.issue": [],
      "codes.issueOnce": [],
      "codes.purgeEnded": [
        "SEARCH kith_codes USING PRIMARY KEY (purpose=? AND subject=?)",
        "SEARCH kith_codes USING COVERING INDEX kith_codes_over (expires_at<?)",
      ],
      "codes.remove": [
        "SEARCH kith_codes USING PRIMARY KEY (purpose=? AND subject=?)",
      ],
      "codes.removeOf": [
        "SEARCH kith_codes USING INDEX kith_codes_of_user (user_id=?)",
      ],
      "codes.renew": [
        "SEARCH kith_codes USING PRIMARY KEY (purpose=? AND subject=?)",
      ],
      "codes.takeTry": [
        "SEARCH kith_codes USING PRIMARY KEY (purpose=? AND subject=?)",
      ],
      "credentials.bySubject": [
        "SEARCH kith_credentials USING INDEX sqlite_autoindex_kith_credentials_2 (kind=? AND subject=?)",
      ],
      "credentials.byUser": [
        "SEARCH kith_credentials USING INDEX kith_credentials_of_user (user_id=?)",
      ],
      "credentials.hasOther": [
        "SEARCH kith_credentials USING INDEX kith_credentials_of_user (user_id=?)",
      ],
      "credentials.insert": [],
      "credentials.kindOfOwn": [
        "SEARCH kith_credentials USING PRIMARY KEY (id=?)",
      ],
      "credentials.ofKind": [
        "SEARCH kith_credentials USING INDEX kith_credentials_of_user (user_id=?)",
      ],
      "credentials.remove": [
        "SEARCH kith_credentials USING PRIMARY KEY (id=?)",
      ],
      "credentials.removeOf": [
        "SEARCH kith_credentials USING INDEX kith_credentials_of_user (user_id=?)",
      ],
      "credentials.step": [
        "SEARCH kith_credentials USING PRIMARY KEY (id=?)",
      ],
      "credentials.userHasWayIn": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "credentials.userIsLive": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "edgeCounts.add": [],
      "edgeCounts.byNodes": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node=?)",
      ],
      "edgeCounts.change": [],
      "edgeCounts.count": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=?)",
      ],
      "edgeCounts.following": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node>?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id>?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id>?)",
      ],
      "edgeCounts.forget": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node=?)",
      ],
      "edgeCounts.into": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node=?)",
      ],
      "edgeCounts.longIn": [
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=? AND id>?)",
      ],
      "edgeCounts.longOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id>?)",
      ],
      "edgeCounts.longer": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=?)",
      ],
      "edgeCounts.stored": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node=?)",
      ],
      "edges.addToPost": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
        "SEARCH post USING COVERING INDEX kith_posts_newest (id=?)",
        "SEARCH author USING PRIMARY KEY (id=?)",
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
      ],
      "edges.addToUser": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
      ],
      "edges.amongIn": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
      ],
      "edges.amongOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
      ],
      "edges.dropIn": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=?)",
      ],
      "edges.dropOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
      ],
      "edges.endsAtPost": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
        "SEARCH post USING COVERING INDEX kith_posts_newest (id=?)",
        "SEARCH author USING PRIMARY KEY (id=?)",
      ],
      "edges.endsAtUser": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
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
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=?)",
      ],
      "edges.hideNode": [],
      "edges.hideOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
      ],
      "edges.hideOutIndexed": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_listed (kind=? AND from_id=? AND hidden=?)",
      ],
      "edges.index": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
      ],
      "edges.isIndexed": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
      ],
      "edges.listIn": [
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=? AND id<?)",
      ],
      "edges.listOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
      ],
      "edges.listOutIndexed": [
        "SEARCH kith_edges USING COVERING INDEX kith_edges_listed (kind=? AND from_id=? AND hidden=? AND id<?)",
      ],
      "edges.named": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_2 (username=?)",
      ],
      "edges.remove": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
      ],
      "edges.showIn": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_by_end (kind=? AND to_id=? AND hidden=?)",
      ],
      "edges.showNode": [
        "SEARCH kith_hidden_nodes USING PRIMARY KEY (node=?)",
      ],
      "edges.showOut": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
      ],
      "edges.showOutIndexed": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_edges USING COVERING INDEX kith_edges_listed (kind=? AND from_id=? AND hidden=?)",
      ],
      "facts.get": [
        "SEARCH kith_facts USING PRIMARY KEY (name=?)",
      ],
      "facts.set": [],
      "facts.setOnce": [],
      "feed.following": [
        "SEARCH kith_edge_counts USING PRIMARY KEY (kind=? AND node=?)",
      ],
      "feed.heads": [
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=?)",
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=? AND id<?)",
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=? AND id<?)",
        "SEARCH post USING PRIMARY KEY (id=?)",
      ],
      "feed.hits": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_newest (id<?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
      ],
      "feed.recent": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_newest (id<?)",
        "SEARCH kith_edges USING PRIMARY KEY (kind=? AND from_id=? AND to_id=?)",
        "SEARCH post USING PRIMARY KEY (id=?)",
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
      ],
      "longCounts.advance": [
        "SEARCH kith_long_counts USING PRIMARY KEY (node=? AND kind=? AND side=?)",
      ],
      "longCounts.begin": [],
      "longCounts.forget": [
        "SEARCH kith_long_counts USING PRIMARY KEY (node=? AND kind=?)",
      ],
      "longCounts.forgetAbandoned": [
        "SCAN kith_long_counts",
      ],
      "longCounts.read": [
        "SEARCH kith_long_counts USING PRIMARY KEY (node=? AND kind=?)",
      ],
      "media.attach": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.attachToOwner": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.byIds": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.byOwner": [
        "SEARCH kith_media USING INDEX kith_media_by_owner (owner_id=? AND id<?)",
      ],
      "media.bySubjects": [
        "SEARCH kith_media USING INDEX kith_media_by_subject (use=? AND subject=?)",
      ],
      "media.claim": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.forget": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.free": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.list": [
        "SEARCH kith_media USING PRIMARY KEY (id>?)",
      ],
      "media.ready": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "media.releaseOwned": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
        "SEARCH kith_media USING INDEX kith_media_by_owner (owner_id=?)",
      ],
      "media.releaseUnused": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
        "SEARCH kith_media USING INDEX kith_media_unused (created_at<?)",
      ],
      "media.releaseUsed": [
        "SEARCH kith_media USING INDEX kith_media_by_subject (use=? AND subject=?)",
      ],
      "media.released": [
        "SEARCH kith_media USING INDEX kith_media_gone (id>?)",
      ],
      "media.reserve": [],
      "media.unclaim": [
        "SEARCH kith_media USING PRIMARY KEY (id=?)",
      ],
      "messages.add": [],
      "messages.count": [
        "SCAN kith_messages USING COVERING INDEX kith_messages_of_account",
      ],
      "messages.forget": [
        "SEARCH kith_messages_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "messages.free": [
        "SEARCH kith_messages_accounts USING INDEX kith_messages_turns (held_until=?)",
      ],
      "messages.giveBack": [
        "SEARCH kith_messages_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "messages.isEmpty": [
        "SEARCH kith_messages USING COVERING INDEX kith_messages_of_account (account_id=?)",
      ],
      "messages.isHeld": [
        "SEARCH kith_messages_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "messages.lease": [
        "SEARCH kith_messages_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "messages.oldest": [
        "SEARCH kith_messages USING INDEX kith_messages_of_account (account_id=?)",
      ],
      "messages.over": [
        "SEARCH kith_messages_accounts USING INDEX kith_messages_turns (held_until<?)",
      ],
      "messages.postpone": [
        "SEARCH kith_messages_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "messages.remove": [
        "SEARCH kith_messages USING INDEX kith_messages_of_account (account_id=?)",
      ],
      "messages.renew": [
        "SEARCH kith_messages_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "messages.since": [
        "SEARCH kith_messages USING INTEGER PRIMARY KEY (rowid>?)",
      ],
      "messages.wake": [],
      "outbox.add": [],
      "outbox.count": [
        "SCAN kith_outbox USING COVERING INDEX kith_outbox_of_account",
      ],
      "outbox.forget": [
        "SEARCH kith_outbox_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "outbox.free": [
        "SEARCH kith_outbox_accounts USING INDEX kith_outbox_turns (held_until=?)",
      ],
      "outbox.giveBack": [
        "SEARCH kith_outbox_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "outbox.isEmpty": [
        "SEARCH kith_outbox USING COVERING INDEX kith_outbox_of_account (account_id=?)",
      ],
      "outbox.isHeld": [
        "SEARCH kith_outbox_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "outbox.lease": [
        "SEARCH kith_outbox_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "outbox.oldest": [
        "SEARCH kith_outbox USING INDEX kith_outbox_of_account (account_id=?)",
      ],
      "outbox.over": [
        "SEARCH kith_outbox_accounts USING INDEX kith_outbox_turns (held_until<?)",
      ],
      "outbox.postpone": [
        "SEARCH kith_outbox_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "outbox.remove": [
        "SEARCH kith_outbox USING INDEX kith_outbox_of_account (account_id=?)",
      ],
      "outbox.renew": [
        "SEARCH kith_outbox_accounts USING PRIMARY KEY (account_id=?)",
      ],
      "outbox.since": [
        "SEARCH kith_outbox USING INTEGER PRIMARY KEY (rowid>?)",
      ],
      "outbox.wake": [],
      "postCounts.add": [],
      "postCounts.byAuthors": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
      ],
      "postCounts.correct": [],
      "postCounts.count": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=?)",
      ],
      "postCounts.following": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id>?)",
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id>?)",
      ],
      "postCounts.forget": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
      ],
      "postCounts.long": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=? AND id>?)",
      ],
      "postCounts.longer": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=?)",
      ],
      "postCounts.off": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=?)",
      ],
      "postCounts.remove": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=?)",
      ],
      "postCounts.settle": [
        "SEARCH kith_post_counts USING PRIMARY KEY (author_id=?)",
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=?)",
      ],
      "posts.byAuthor": [
        "SEARCH kith_posts USING INDEX kith_posts_by_author (author_id=? AND id<?)",
      ],
      "posts.byIds": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.edit": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.fields": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.idInUse": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.insert": [],
      "posts.ofAuthor": [
        "SEARCH kith_posts USING COVERING INDEX kith_posts_by_author (author_id=?)",
      ],
      "posts.purge": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.remove": [
        "SEARCH kith_posts USING PRIMARY KEY (id=?)",
      ],
      "posts.toPurge": [
        "SCAN kith_posts USING COVERING INDEX kith_posts_gone",
      ],
      "sessions.bind": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "sessions.byId": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "sessions.insert": [],
      "sessions.list": [
        "SEARCH kith_sessions USING INDEX kith_sessions_open (user_id=? AND id<?)",
      ],
      "sessions.live": [
        "SEARCH kith_sessions USING INDEX kith_sessions_open (user_id=?)",
      ],
      "sessions.purgeEnded": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
        "SEARCH kith_sessions USING INDEX kith_sessions_over (ended_at<?)",
      ],
      "sessions.revoke": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "sessions.revokeAll": [
        "SEARCH kith_sessions USING INDEX kith_sessions_open (user_id=?)",
      ],
      "sessions.rotate": [
        "SEARCH kith_sessions USING PRIMARY KEY (id=?)",
      ],
      "users.bannedIds": [
        "SEARCH kith_users USING INDEX kith_users_shut_out (id<?)",
      ],
      "users.beginningEmail": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_3 (email>? AND email<?)",
      ],
      "users.beginningPhone": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_4 (phone>? AND phone<?)",
      ],
      "users.beginningUsername": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_2 (username>? AND username<?)",
      ],
      "users.byEmail": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_3 (email=?)",
      ],
      "users.byId": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.byIds": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.byPhone": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_4 (phone=?)",
      ],
      "users.byUsername": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_2 (username=?)",
      ],
      "users.endedBans": [
        "SEARCH kith_users USING INDEX kith_users_ban_ends (banned_until<?)",
      ],
      "users.floorAll": [
        "SEARCH kith_users USING PRIMARY KEY (id<?)",
      ],
      "users.floorBanned": [
        "SEARCH kith_users USING INDEX kith_users_shut_out (id<?)",
      ],
      "users.floorOfRole": [
        "SEARCH kith_users USING COVERING INDEX kith_users_of_role (role=? AND id<?)",
      ],
      "users.floorWaiting": [
        "SEARCH kith_users USING INDEX kith_users_waiting (id<?)",
      ],
      "users.forgetUsernames": [
        "SEARCH kith_held_usernames USING PRIMARY KEY (username=?)",
        "SEARCH kith_held_usernames USING COVERING INDEX kith_held_usernames_until (held_until<?)",
      ],
      "users.held": [
        "SEARCH kith_held_usernames USING PRIMARY KEY (username=?)",
      ],
      "users.hold": [],
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
      "users.replaceHash": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
      "users.searchAll": [
        "SEARCH kith_users USING PRIMARY KEY (id>? AND id<?)",
      ],
      "users.searchBanned": [
        "SEARCH kith_users USING INDEX kith_users_shut_out (id>? AND id<?)",
      ],
      "users.searchOfRole": [
        "SEARCH kith_users USING INDEX kith_users_of_role (role=? AND id>? AND id<?)",
      ],
      "users.searchWaiting": [
        "SEARCH kith_users USING INDEX kith_users_waiting (id>? AND id<?)",
      ],
      "users.taken": [
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_2 (username=?)",
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_3 (email=?)",
        "SEARCH kith_users USING INDEX sqlite_autoindex_kith_users_4 (phone=?)",
      ],
      "users.toPurge": [
        "SCAN kith_users USING INDEX kith_users_gone",
      ],
      "users.unhold": [
        "SEARCH kith_held_usernames USING PRIMARY KEY (username=?)",
      ],
      "users.update": [
        "SEARCH kith_users USING PRIMARY KEY (id=?)",
      ],
    }
  `)
})
