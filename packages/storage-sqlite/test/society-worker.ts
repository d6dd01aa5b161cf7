import { writeSync } from 'node:fs'
import { createSqliteStorage } from '../src/index.ts'
import { createDirectoryBlobs } from './directory-blobs.ts'
import { createSociety, deeds, everydayDeeds } from '../../../test/society.ts'

// Accounts act at random, several concurrently, until the process is killed.
const [path = '', blobs = '', temporaryDirectory = ''] = process.argv.slice(2)
const [people, lanes] = [8, 6]
const storage = createSqliteStorage({ path })
await storage.migrate()
const society = createSociety({ storage, blobs: createDirectoryBlobs(blobs), temporaryDirectory })
const often = [...deeds, ...everydayDeeds, ...everydayDeeds, ...everydayDeeds]
const below = (limit: number): number => Math.floor(Math.random() * limit)
let done = 0

async function live(): Promise<never> {
  for (;;) {
    const deed = often[below(often.length)] ?? 'post'
    await society.act({ deed, who: below(people), whom: below(people), which: below(4) })
    done++
    if (done % 10 === 0) writeSync(1, `${done}\n`)
  }
}

await Promise.all(Array.from({ length: lanes }, live))
