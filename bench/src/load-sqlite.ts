import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { type BulkLoad, loadInBulk } from './bulk-load.ts'
import { edgeId, postId, postTime, userId } from './ids.ts'
import { startProgress } from './progress.ts'
import type { Workload } from './workload.ts'

/** Fills a file with a network. */
export async function loadSqlite(path: string, workload: Workload): Promise<void> {
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  await storage.close()
  const database = new DatabaseSync(path)
  loadInBulk(database, (load) => {
    loadPeople(load, workload)
    loadPosts(load, workload)
  })
  // Analyzes only a part of each index: a complete analysis of 100 million edges takes minutes.
  database.exec('PRAGMA analysis_limit = 100000; ANALYZE')
  database.close()
  writeFileSync(`${path}.complete`, '')
}

function loadPeople({ database, id, addEdge }: BulkLoad, { users, following }: Workload): void {
  const person = database.prepare(
    `INSERT INTO kith_users (id, username, name, bio, created_at) VALUES (?, ?, ?, '', ?)`,
  )
  const ids = Array.from({ length: users }, (_, user) => id(userId(user)))
  const progress = startProgress('people and follows', users)
  let edges = 0
  for (const [user, from] of ids.entries()) {
    person.run(from, `person_${user}`, `Person ${user}`, Date.now())
    const others = following(user).sort((a, b) => a - b)
    const isListed = others.length >= 500
    for (const other of others)
      addEdge({ kind: 1, from, to: ids[other] ?? '', id: id(edgeId(edges++)), isListed })
    progress.advance()
  }
  progress.done()
}

function loadPosts({ database, id }: BulkLoad, { posts, author }: Workload): void {
  const insert = database.prepare(
    'INSERT INTO kith_posts (id, author_id, caption, created_at) VALUES (?, ?, ?, ?)',
  )
  const progress = startProgress('posts', posts)
  for (let post = 0; post < posts; post++) {
    const caption = `Post number ${post}, of the length that captions have`
    insert.run(id(postId(post)), id(userId(author(post))), caption, postTime(post))
    progress.advance()
  }
  progress.done()
}
