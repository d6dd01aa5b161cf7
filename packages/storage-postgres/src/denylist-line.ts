import { setTimeout as sleep } from 'node:timers/promises'
import type { DenylistLine, DenylistEntry, WrittenEntries } from '@kith/core/adapter'
import { type Connection, createConnection } from './connection.ts'
import { denylistStatements } from './denylist-statements.ts'
import { openLine } from './drivers/line.ts'
import type { SharedSettings } from './shared-options.ts'

interface Standing {
  snapshot: string
  started: string
  is_standby: boolean
}

interface EntryRow {
  key: string
  left_millis: number
}

type WriteOver = (over: Pick<Connection, 'run'>, entries: readonly DenylistEntry[]) => Promise<void>

const channel = 'kith_revoked'
const pageLength = 10_000
/** Entries that are written in quick succession are read together. */
const gatherMillis = 5
/** A read may take as long as its caller waits for it; the caller limits that. */
const timeoutMillis = 10_000

/**
 * Opens a line on which a mirror reads the denylist. The next entries are the rows that the last snapshot did not show:
 * rows are the truth, and a notification only means that it is worth reading now.
 */
export function openDenylistLine(settings: SharedSettings, write: WriteOver): DenylistLine {
  const { schema, listen } = settings
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => {})
  let woken = Promise.withResolvers<void>()

  const line = openLine(settings, {
    lost: (error) => lost.reject(error as Error),
    notified(from, payload) {
      if (from === channel && payload === schema) woken.resolve()
    },
  })
  const opened = line.then(async ({ driver }) => {
    const connection = createConnection({ driver, schema, prepare: false, timeoutMillis })
    if (listen !== false) await connection.run(`LISTEN ${channel}`)
    return connection
  })
  opened.catch(() => {})

  async function read<Row>(sql: string, values: Record<string, string | number> = {}): Promise<Row[]> {
    const { all } = await opened
    return await Promise.race([all<Row>(sql, values), lost.promise])
  }

  return {
    async position() {
      const [standing] = await read<Standing>(denylistStatements.position)
      return positionOf(standing)
    },
    async *pages() {
      for (let after = ''; ;) {
        const rows = await read<EntryRow>(denylistStatements.page, { after, limit: pageLength })
        yield toEntries(rows)
        if (rows.length < pageLength) return
        after = rows.at(-1)?.key ?? ''
      }
    },
    async next(position, waitMillis): Promise<WrittenEntries> {
      await Promise.race([woken.promise.then(() => sleep(gatherMillis)), sleep(waitMillis), lost.promise])
      woken = Promise.withResolvers()
      const [started = '', since = ''] = position.split(' ')
      const rows = await read<Standing & Partial<EntryRow>>(denylistStatements.next, { since })
      const next = positionOf(rows[0])
      if (next.split(' ')[0] !== started)
        throw new Error('the server has been started since, or is another one')
      return { position: next, entries: toEntries(rows) }
    },
    async write(entries) {
      await write(await opened, entries)
    },
    close() {
      lost.reject(new Error('the connection was closed'))
      void line.then(
        ({ close }) => close(),
        () => {},
      )
    },
  }
}

function positionOf(standing: Standing | undefined): string {
  if (!standing || standing.is_standby) throw new Error('the server is a standby, which may be behind')
  return `${standing.started} ${standing.snapshot}`
}

function toEntries(rows: readonly Partial<EntryRow>[]): DenylistEntry[] {
  const now = performance.now()
  return rows.flatMap(({ key, left_millis: left }): DenylistEntry[] =>
    typeof key === 'string' && typeof left === 'number' && left > 0 ? [[key, now + left]] : [],
  )
}
