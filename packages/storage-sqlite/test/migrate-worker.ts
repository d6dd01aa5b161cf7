import { writeSync } from 'node:fs'
import { createSqliteStorage } from '../src/index.ts'

// Migrates, and reports its progress.
const [path = ''] = process.argv.slice(2)
const storage = createSqliteStorage({ path })
await storage.migrate({
  progress: ({ step, done }) => {
    if (done > 0) writeSync(1, `${step} ${done}\n`)
  },
})
await storage.close()
