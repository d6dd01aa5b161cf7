import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { edgeId, postId, postTime, userId } from './ids.ts'
import { startProgress } from './progress.ts'
import type { Workload } from './workload.ts'

/** Fills a file with a network, past the ports: through them it would take many times as long. */
export async function loadSqlite(path: string, workload: Workload): Promise<void> {
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  await storage.close()
  const database = new DatabaseSync(path)
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN')
  loadPeople(database, workload)
  loadPosts(database, workload)
  const counting = startProgress('counting', 2)
  database.exec(`INSERT INTO kith_edge_counts SELECT 1, node, sum(outgoing), sum(incoming) FROM (
      SELECT from_id AS node, count(*) AS outgoing, 0 AS incoming FROM kith_edges GROUP BY from_id
      UNION ALL SELECT to_id, 0, count(*) FROM kith_edges GROUP BY to_id) GROUP BY node`)
  counting.advance()
  database.exec(
    'INSERT INTO kith_post_counts SELECT author_id, count(*), max(id) FROM kith_posts GROUP BY author_id',
  )
  database.exec('COMMIT; ANALYZE')
  counting.done()
  database.close()
  writeFileSync(`${path}.complete`, '')
}

function loadPeople(database: DatabaseSync, { users, following }: Workload): void {
  const person = database.prepare(
    `INSERT INTO kith_users (id, username, name, bio, created_at) VALUES (?, ?, ?, '', ?)`,
  )
  const follow = database.prepare('INSERT INTO kith_edges VALUES (1, ?, ?, ?, 0)')
  const progress = startProgress('people and follows', users)
  let edges = 0
  for (let user = 0; user < users; user++) {
    const id = userId(user)
    person.run(id, `person_${user}`, `Person ${user}`, Date.now())
    for (const other of following(user).sort((a, b) => a - b)) follow.run(id, userId(other), edgeId(edges++))
    progress.advance()
  }
  progress.done()
}

function loadPosts(database: DatabaseSync, { posts, author }: Workload): void {
  const insert = database.prepare(
    'INSERT INTO kith_posts (id, author_id, caption, created_at) VALUES (?, ?, ?, ?)',
  )
  const progress = startProgress('posts', posts)
  for (let post = 0; post < posts; post++) {
    insert.run(
      postId(post),
      userId(author(post)),
      `Post number ${post}, of the length that captions have`,
      postTime(post),
    )
    progress.advance()
  }
  progress.done()
}
