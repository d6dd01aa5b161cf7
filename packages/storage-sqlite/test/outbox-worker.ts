import { liveUntilKilled } from '../../../test/outbox-kill/worker.ts'
import { createSqliteStorage } from '../src/index.ts'

const [path = '', round = ''] = process.argv.slice(2)
const storage = createSqliteStorage({ path })
await storage.migrate()
await liveUntilKilled(storage, round)
