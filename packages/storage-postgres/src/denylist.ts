import type { Denylist, DenylistEntry } from '@kith/core/adapter'
import type { Connection } from './connection.ts'
import { openDenylistLine } from './denylist-line.ts'
import { denylistStatements } from './denylist-statements.ts'
import type { SharedSettings } from './shared-options.ts'

/** Writes entries over a connection; resolves to whether any was new. */
async function writeEntries(
  { run }: Pick<Connection, 'run'>,
  entries: readonly DenylistEntry[],
): Promise<boolean> {
  const now = performance.now()
  const live = entries.filter(([, endsAt]) => endsAt > now)
  if (live.length === 0) return false
  const keys = live.map(([key]) => key)
  const lefts = live.map(([, endsAt]) => String(endsAt - now))
  return (await run(denylistStatements.write, { keys, lefts })) > 0
}

/**
 * Creates the access to the denylist: over a connection that shares the app's pool, and for mirrors over separate
 * lines.
 */
export function createDenylist({ run, get }: Connection, settings: SharedSettings): Denylist {
  let isNotifying = false
  let isNew = false

  /**
   * Wakes the mirrors, which would read on their own a moment later. One call at a time, separate from the writes: the
   * server commits transactions that notify one after the other.
   */
  async function notify(): Promise<void> {
    isNew = true
    if (isNotifying) return
    isNotifying = true
    while (isNew) {
      isNew = false
      await get(denylistStatements.notify, { schema: settings.schema }).catch(() => {})
    }
    isNotifying = false
  }

  async function write(over: Pick<Connection, 'run'>, entries: readonly DenylistEntry[]): Promise<void> {
    if (await writeEntries(over, entries)) void notify()
  }

  return {
    write: (entries) => write({ run }, entries),
    async isDenied(key) {
      const values = { key }
      const found = await get<{ denied: boolean; is_standby: boolean }>(denylistStatements.isDenied, values)
      if (found?.is_standby) throw new Error('the server is a standby, which may be behind')
      return found?.denied ?? false
    },
    open: () => openDenylistLine(settings, write),
  }
}
