import { liveUntilKilled } from '../../../test/outbox-kill/worker.ts'
import { createPostgresStorage } from '../src/index.ts'

const [url = '', schema = '', round = ''] = process.argv.slice(2)
const storage = createPostgresStorage({ url, schema })
await storage.migrate()
await liveUntilKilled(storage, round)
