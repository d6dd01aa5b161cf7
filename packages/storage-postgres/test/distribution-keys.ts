/** How the rows of a table would be distributed over several servers. */
export interface Distribution {
  /** The column to distribute by; `reference` for a copy on each server; `none` for a table that stays on one. */
  key: string
  reason: string
}

/** A statement that uses more shards than those of the keys in its parameters. */
export interface Scattered {
  /** Whether it pins the key to values that it finds itself, in another table or in an array; without any it asks every shard. */
  names: 'nothing' | 'what it finds'
  hot: 'yes' | 'no'
  reason: string
}

const inOrder = 'the rows of an account are stored, read and removed in their order'

/** Proposed distribution keys for docs/scale.md. Kith itself does not read them. */
export const distribution: Readonly<Record<string, Distribution>> = Object.freeze({
  users: {
    key: 'reference',
    reason:
      'statements about edges and posts look at accounts and lock them; username, email and phone are each unique over all accounts',
  },
  held_usernames: { key: 'none', reason: 'usernames are unique over all accounts; few rows' },
  sessions: { key: 'id', reason: 'refreshes and checks only have the session id' },
  edges: {
    key: 'from_id',
    reason: 'what an account follows, likes and saves is read most; likes and followers of one node spread',
  },
  edge_counts: { key: 'node', reason: 'with the edges that start at the node' },
  posts: { key: 'author_id', reason: 'a profile is on one shard, and the feed names its authors' },
  post_counts: { key: 'author_id', reason: 'beside the posts' },
  media: { key: 'owner_id', reason: 'with the posts of the owner, to which uploads are attached' },
  facts: { key: 'reference', reason: 'a few rows, read by name' },
  outbox: { key: 'account_id', reason: inOrder },
  outbox_accounts: { key: 'account_id', reason: 'beside the rows that wait' },
  messages: { key: 'account_id', reason: inOrder },
  messages_accounts: { key: 'account_id', reason: 'beside the rows that wait' },
  audit: { key: 'account_id', reason: 'the entries about an account are stored and read together' },
  codes: { key: 'subject', reason: 'a code is known by its purpose and subject' },
  credentials: { key: 'none', reason: 'kind and subject are unique over all accounts; an account has few' },
  revoked: { key: 'none', reason: 'mirrors read by transaction ids, which are an order on one server only' },
  rate_limits: { key: 'none', reason: 'each attempt clears rows of any subject; Redis takes this load away' },
  schema: { key: 'none', reason: 'a row for each version' },
  schema_steps: { key: 'none', reason: 'a row for each step' },
  schema_lease: { key: 'none', reason: 'one row at most' },
})

const nothing = (reason: string): Scattered => ({ names: 'nothing', hot: 'no', reason })
const itsFinds = (reason: string): Scattered => ({ names: 'what it finds', hot: 'no', reason })
const hot = (one: Scattered): Scattered => ({ ...one, hot: 'yes' })

const byId = nothing('known by id')
const whenDue = nothing('what is due, by its time')
const bothSides = nothing('a ban or a deletion: edges at both sides of the account')
const ranges = nothing('a recount: ranges of nodes or authors')

function queue(name: string): Record<string, Scattered> {
  return {
    [`${name}.lease on ${name}_accounts`]: nothing('accounts that have rows waiting'),
    [`${name}.isFree on ${name}_accounts`]: nothing('whether any account has'),
    [`${name}.oldest on ${name}`]: itsFinds('the accounts that were leased, as a list'),
    [`${name}.count on ${name}`]: nothing('counts what waits, for metrics'),
    [`${name}.since on ${name}`]: nothing('the oldest row that waits, for metrics'),
  }
}

/** The statements that do not pin the key of a table to their parameters, such as `posts.byIds on posts`. */
export const scattered: Readonly<Record<string, Scattered>> = Object.freeze({
  'edges.listIn on edges': hot(
    nothing('followers, and who likes a post: the edges that end at a node start anywhere'),
  ),
  'edges.addToPost on posts': hot(nothing('a like looks at the post and locks it, which is known by id')),
  'edges.endsAtPost on posts': nothing('a like that was not added: why not'),
  ...Object.fromEntries(
    ['User', 'Post', 'Name'].map((end) => [
      `edges.endsAt${end} on edge_counts`,
      itsFinds('an edge that was not added: the count at its end'),
    ]),
  ),
  'feed.heads on post_counts': hot(itsFinds('the authors followed')),
  'feed.heads on posts': hot(itsFinds('the authors followed, whose post is among the newest')),
  'feed.recent on posts': hot(nothing('the newest posts of all, for readers with 500 follows or more')),
  'feed.recent on post_counts': hot(itsFinds('their authors')),
  'feed.recentOfMany on posts': hot(
    nothing('the newest posts of all, for readers with 10,000 follows or more'),
  ),
  'feed.recentOfMany on post_counts': hot(itsFinds('their authors')),
  'posts.byIds on posts': hot(nothing('posts that were liked or saved are known by id')),
  'posts.create on posts': hot(nothing('whether the id is in use')),
  'posts.create on media': hot(nothing('its uploads are attached by id')),
  'posts.edit on posts': byId,
  'posts.fields on posts': byId,
  'posts.remove on posts': byId,
  'posts.remove on post_counts': itsFinds('the author of the post'),
  'posts.remove on media': nothing('its media are found by what they are attached to'),
  'posts.removeAll on media': nothing('deletion of an account, likewise'),
  'posts.toPurge on posts': nothing('what was removed, by id'),
  'posts.purge on posts': byId,
  'media.bySubjects on media': hot(
    nothing('media and avatars of a page, found by what they are attached to'),
  ),
  'media.byIds on media': hot(nothing('a file that is asked for is known by id')),
  'media.ready on media': byId,
  'media.claim on media': byId,
  'media.unclaim on media': byId,
  'media.release on media': nothing('an avatar, found by what it is attached to'),
  'media.releaseOwned on media': nothing('deletion of an account: found by owner, released by id'),
  'media.releaseUnused on media': whenDue,
  'media.list on media': nothing('upkeep: all media, by id'),
  'media.released on media': nothing('what was released, by id'),
  'media.forget on media': byId,
  'sessions.endSurplus on sessions': nothing('a sign-in counts the sessions of the account'),
  'sessions.list on sessions': nothing('the sessions of an account, at which people look rarely'),
  'sessions.revokeAll on sessions': nothing('ends the sessions of an account: a changed password, a ban'),
  'sessions.purgeEnded on sessions': whenDue,
  'edges.hide on edges': bothSides,
  'edges.show on edges': bothSides,
  'edges.drop on edges': bothSides,
  'edgeCounts.compare on edges': ranges,
  'edgeCounts.compare on edge_counts': ranges,
  'edgeCounts.correct on edges': nothing('a recount: edges at both sides of the node'),
  'postCounts.compare on posts': ranges,
  'postCounts.compare on post_counts': ranges,
  ...queue('outbox'),
  ...queue('messages'),
  'audit.list on audit': nothing('the host asks for the entries of all accounts'),
  'audit.purgeBefore on audit': whenDue,
  'codes.removeOf on codes': nothing('the codes of an account: a changed email address, deletion'),
  'codes.purgeEnded on codes': whenDue,
})

/** The unique indexes that lack the key of their table: what each promises, and what shards could promise instead. */
export const uniqueOverAll: Readonly<Record<string, string>> = Object.freeze({
  posts_pkey: 'ids of posts: random (UUIDv7), and unique with the author instead, as with partitions',
  media_pkey: 'ids of media: random, and unique with the owner instead',
  media_by_subject:
    'one avatar of an account, one medium at each place of a post: with the owner instead, who is that account or the author',
  outbox_pkey: 'numbers of events: an order within an account only, so with the account instead',
  outbox_id_key: 'ids of events: random, and unique with the account instead',
  messages_pkey: 'numbers of messages: as those of events',
  messages_id_key: 'ids of messages: as those of events',
  audit_pkey: 'ids of entries: random, and unique with the account instead',
})
