import { DatabaseSync } from 'node:sqlite'
import { type BulkLoad, loadInBulk } from '../bulk-load.ts'
import { edgeId, postId, postTime, userId } from '../ids.ts'
import { startProgress } from '../progress.ts'

/** The size of the database; `share` makes a smaller one with the same shape. */
export interface Night {
  users: number
  followsEach: number
  posts: number
  likes: number
  /** The people who follow the celebrity, and who like the post of the ordinary author. */
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

/** The people whom the jobs concern; the rest are crowd. */
export const celebrity = 0
export const likedPost = 1

/** Fills a migrated file of any checkout. */
export function loadNight(path: string, night: Night, authorId: string): void {
  const database = new DatabaseSync(path)
  loadInBulk(database, (load) => {
    loadPeople(load, night)
    loadPosts(load, night, authorId)
    loadLeftovers(load, night)
  })
  database.close()
}

function loadPeople({ database, id, addEdge }: BulkLoad, { users, followsEach, followers }: Night): void {
  const person = database.prepare(
    `INSERT INTO kith_users (id, username, name, bio, created_at) VALUES (?, ?, ?, '', ?)`,
  )
  const follow = (user: number, other: number, edge: number): void =>
    addEdge({ kind: 1, from: id(userId(user)), to: id(userId(other)), id: id(scattered(edge)) })
  const progress = startProgress('people, follows', users)
  for (let user = 0; user < users; user++) {
    person.run(id(userId(user)), `person_${user}`, `Person ${user}`, Date.now())
    // A constant stride reaches others all over the table and no one twice.
    for (let step = 1; step <= followsEach; step++) {
      const other = (user + step * 1021) % users
      if (other !== user && other !== celebrity) follow(user, other, user * followsEach + step)
    }
    if (user !== celebrity && user <= followers) follow(user, celebrity, 3_000_000 + user)
    progress.advance()
  }
  progress.done()
}

/** The edges of one person are years apart, so their ids are spread over the index. */
function scattered(edge: number): string {
  return edgeId(Math.imul(edge, 0x9e3779b1) >>> 0)
}

function loadPosts({ database, id, addEdge }: BulkLoad, night: Night, authorId: string): void {
  const { posts, users, ownPosts, likes, followers } = night
  const insert = database.prepare(
    'INSERT INTO kith_posts (id, author_id, caption, created_at) VALUES (?, ?, ?, ?)',
  )
  const like = (user: number, post: number, edge: number): void =>
    addEdge({ kind: 2, from: id(userId(user)), to: id(postId(post)), id: id(scattered(edge)) })
  const progress = startProgress('posts, likes', posts)
  const stride = Math.floor(posts / ownPosts)
  for (let post = 0; post < posts; post++) {
    const isOwn = post % stride === 0 && post / stride < ownPosts
    const caption = `Post number ${post}, of the length that captions have when people mean what they say`
    const author = isOwn ? authorId : userId((post * 7919) % users)
    insert.run(id(postId(post)), id(author), caption, postTime(post))
    progress.advance()
  }
  for (let each = 0; each < likes; each++) like((each * 31) % users, (each * 17) % posts, 5_000_000 + each)
  for (let each = 0; each < followers; each++) like(each, likedPost, 9_000_000 + each)
  progress.done()
}

function loadLeftovers({ database, id }: BulkLoad, { endedSessions, releasedMedia, users }: Night): void {
  const progress = startProgress('sessions, media', endedSessions + releasedMedia)
  const session = database.prepare(
    `INSERT INTO kith_sessions (id, user_id, generation, created_at, rotated_at, expires_at, revoked_at, address, user_agent)
      VALUES (?, ?, 3, ?, ?, ?, ?, '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36')`,
  )
  const long = Date.now() - 90 * 86_400_000
  for (let each = 0; each < endedSessions; each++) {
    const at = long + each
    const user = userId((each * 13) % users)
    session.run(id(scattered(each)), id(user), at, at, at + 86_400_000, each % 2 ? at : null)
    progress.advance()
  }
  const medium = database.prepare(
    `INSERT INTO kith_media (id, owner_id, kind, content_type, created_at, state, measures)
      VALUES (?, ?, 'image', 'image/webp', ?, 'released', '{"width":1,"height":1}')`,
  )
  for (let each = 0; each < releasedMedia; each++) {
    medium.run(id(scattered(20_000_000 + each)), id(userId((each * 11) % users)), long)
    progress.advance()
  }
  progress.done()
}
