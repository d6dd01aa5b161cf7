import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { reportOutboxCost } from '../outbox-cost.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-outbox-'))
const at = (name: string) => createSqliteStorage({ path: join(folder, name) })
await reportOutboxCost('SQLite', { kith: at('telling.sqlite'), twin: at('silent.sqlite') })
rmSync(folder, { recursive: true, force: true })
