import { DatabaseSync } from 'node:sqlite'
import { edgeId, postId, postTime, userId } from '../ids.ts'
import { startProgress } from '../progress.ts'

/** How large the database is; `share` makes a smaller one of the same shape. */
export interface Night {
  users: number
  followsEach: number
  posts: number
  likes: number
  /** Who follows the celebrity, and who likes the post of the ordinary author. */
  followers: number
  /** The posts of the one author who deletes the account. */
  ownPosts: number
  endedSessions: number
  releasedMedia: number
}

/** Three million edges and about 1.6 GB, or a share of that. */
export function nightOf(share: number): Night {
  const of = (count: number): number => Math.max(10, Math.round(count * share))
  return {
    users: of(50_000),
    followsEach: 49,
    posts: of(1_000_000),
    likes: of(490_000),
    followers: of(30_000),
    ownPosts: of(20_000),
    endedSessions: of(200_000),
    releasedMedia: of(20_000),
  }
}

/** The people that the jobs are about; the rest are crowd. */
export const celebrity = 0
export const likedPost = 1

/** Fills a migrated file past the ports: through them it would take many times as long. */
export function loadNight(path: string, night: Night, authorId: string): void {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000')
  const rebuilt = database
    .prepare(
      "SELECT name, type, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type",
    )
    .all() as { name: string; type: string; sql: string }[]
  for (const { name, type } of rebuilt) database.exec(`DROP ${type} ${name}`)
  database.exec('BEGIN')
  loadPeople(database, night)
  loadPosts(database, night, authorId)
  loadLeftovers(database, night)
  const building = startProgress('indexes, counts', rebuilt.length + 3)
  for (const { sql, type } of rebuilt.filter(({ type }) => type === 'index')) {
    database.exec(sql)
    building.advance(type === 'index' ? 1 : 0)
  }
  database.exec(`INSERT INTO kith_edge_counts SELECT kind, node, sum(outgoing), sum(incoming) FROM (
      SELECT kind, from_id AS node, count(*) AS outgoing, 0 AS incoming FROM kith_edges GROUP BY kind, from_id
      UNION ALL SELECT kind, to_id, 0, count(*) FROM kith_edges GROUP BY kind, to_id) GROUP BY kind, node`)
  building.advance()
  database.exec(
    'INSERT INTO kith_post_counts SELECT author_id, count(*), max(id) FROM kith_posts GROUP BY author_id',
  )
  building.advance()
  for (const { sql } of rebuilt.filter(({ type }) => type === 'trigger')) database.exec(sql)
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  building.done()
  database.close()
}

function loadPeople(database: DatabaseSync, { users, followsEach, followers }: Night): void {
  const person = database.prepare(
    `INSERT INTO kith_users (id, username, name, bio, created_at) VALUES (?, ?, ?, '', ?)`,
  )
  const follow = database.prepare('INSERT OR IGNORE INTO kith_edges VALUES (1, ?, ?, ?, 0)')
  const progress = startProgress('people, follows', users)
  for (let user = 0; user < users; user++) {
    person.run(userId(user), `person_${user}`, `Person ${user}`, Date.now())
    // A constant stride reaches others all over the table and no one twice.
    for (let step = 1; step <= followsEach; step++) {
      const other = (user + step * 1021) % users
      if (other !== user && other !== celebrity)
        follow.run(userId(user), userId(other), scattered(user * followsEach + step))
    }
    if (user !== celebrity && user <= followers)
      follow.run(userId(user), userId(celebrity), scattered(3_000_000 + user))
    progress.advance()
  }
  progress.done()
}

/** Edges of one person lie years apart, so their ids are all over the index. */
function scattered(edge: number): string {
  return edgeId(Math.imul(edge, 0x9e3779b1) >>> 0)
}

function loadPosts(database: DatabaseSync, night: Night, authorId: string): void {
  const { posts, users, ownPosts, likes, followers } = night
  const insert = database.prepare(
    'INSERT INTO kith_posts (id, author_id, caption, created_at) VALUES (?, ?, ?, ?)',
  )
  const like = database.prepare('INSERT OR IGNORE INTO kith_edges VALUES (2, ?, ?, ?, 0)')
  const progress = startProgress('posts, likes', posts)
  const stride = Math.floor(posts / ownPosts)
  for (let post = 0; post < posts; post++) {
    const isOwn = post % stride === 0 && post / stride < ownPosts
    const caption = `Post number ${post}, of the length that captions have when people mean what they say`
    insert.run(postId(post), isOwn ? authorId : userId((post * 7919) % users), caption, postTime(post))
    progress.advance()
  }
  for (let each = 0; each < likes; each++)
    like.run(userId((each * 31) % users), postId((each * 17) % posts), scattered(5_000_000 + each))
  for (let each = 0; each < followers; each++)
    like.run(userId(each), postId(likedPost), scattered(9_000_000 + each))
  progress.done()
}

function loadLeftovers(database: DatabaseSync, { endedSessions, releasedMedia, users }: Night): void {
  const progress = startProgress('sessions, media', endedSessions + releasedMedia)
  const session = database.prepare(
    `INSERT INTO kith_sessions (id, user_id, generation, created_at, rotated_at, expires_at, revoked_at, address, user_agent)
      VALUES (?, ?, 3, ?, ?, ?, ?, '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36')`,
  )
  const long = Date.now() - 90 * 86_400_000
  for (let each = 0; each < endedSessions; each++) {
    const at = long + each
    session.run(scattered(each), userId((each * 13) % users), at, at, at + 86_400_000, each % 2 ? at : null)
    progress.advance()
  }
  const medium = database.prepare(
    `INSERT INTO kith_media (id, owner_id, kind, content_type, created_at, state, measures)
      VALUES (?, ?, 'image', 'image/webp', ?, 'released', '{"width":1,"height":1}')`,
  )
  for (let each = 0; each < releasedMedia; each++) {
    medium.run(scattered(20_000_000 + each), userId((each * 11) % users), long)
    progress.advance()
  }
  progress.done()
}
