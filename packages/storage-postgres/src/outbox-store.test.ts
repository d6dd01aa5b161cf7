import type { OutboxClaim, OutboxRow } from '@kith/core/ports'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { later, nextId } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { useStorages } from '../test/storages.ts'
import { type Connection, createConnection } from './connection.ts'
import { driverOf } from './drivers/open-driver.ts'
import { settingsOf } from './options.ts'
import { addToOutbox } from './outbox-store.ts'

vi.setConfig({ testTimeout: 30_000 })

function rowOf(key: string, queue: OutboxRow['queue'] = 'events'): OutboxRow {
  return { queue, id: nextId(), key, name: 'account.edited', at: later(), payload: '{}' }
}

function sampleClaim(fields: Partial<OutboxClaim> = {}): OutboxClaim {
  return { by: nextId(), now: later(1_000), until: later(61_000), keys: 100, rows: 100, ...fields }
}

await describeWithPostgres('the order of waiting events', {}, (postgres) => {
  const storages = useStorages(postgres)
  let pool: pg.Pool
  beforeAll(() => {
    pool = new pg.Pool({ connectionString: postgres().uri, max: 20 })
  })
  afterAll(() => pool.end())

  function connect(): Connection {
    const settings = settingsOf({ pool, schema: storages.schema() })
    return createConnection({ ...settings, driver: driverOf(settings) })
  }

  /** A change that stores event rows and is committed, or rolled back, on request. */
  function change(
    connection: Connection,
    rows: readonly OutboxRow[],
  ): { stored: Promise<void>; end(undo?: Error): Promise<void> } {
    const [stored, going] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const done = connection.atomically(async (statements) => {
      await addToOutbox(statements, rows)
      stored.resolve()
      await going.promise
    })
    done.catch(() => {})
    return {
      stored: stored.promise,
      async end(undo) {
        if (undo) going.reject(undo)
        else going.resolve()
        await done.catch((error: unknown) => {
          if (error !== undo) throw error
        })
      },
    }
  }

  async function isStored({ stored }: { stored: Promise<void> }): Promise<boolean> {
    const soon = new Promise<boolean>((resolve) => setTimeout(resolve, 200, false))
    return await Promise.race([stored.then(() => true), soon])
  }

  test.each([
    ['without waiting events', 'committed', 0],
    ['without waiting events', 'undone', 0],
    ['with a waiting event', 'committed', 1],
    ['with a waiting event', 'undone', 1],
  ])(
    'a change of an account %s waits for an earlier one until that is %s, and is delivered after it',
    async (_, how, waiting) => {
      const { outbox } = await storages.emptied()
      const connection = connect()
      const key = nextId()
      const [first, second] = [rowOf(key), rowOf(key)]
      const waited = Array.from({ length: waiting }, () => rowOf(key))
      if (waiting > 0) await connection.atomically((statements) => addToOutbox(statements, waited))
      const before = change(connection, [first])
      await before.stored
      const after = change(connection, [second])
      expect(await isStored(after)).toBe(false)
      await before.end(how === 'undone' ? new Error('undo') : undefined)
      await after.stored
      await after.end()
      const [batch] = await outbox.claim(sampleClaim())
      expect(batch?.rows).toEqual([...waited, ...(how === 'undone' ? [] : [first]), second])
    },
  )

  test('a row that is committed later than rows with higher numbers is not skipped', async () => {
    const { outbox } = await storages.emptied()
    const connection = connect()
    const [slow, quick] = [rowOf(nextId()), rowOf(nextId())]
    const open = change(connection, [slow])
    await open.stored
    await change(connection, [quick]).end()
    const claim = sampleClaim()
    expect((await outbox.claim(claim)).flatMap(({ rows }) => rows)).toEqual([quick])
    const receipt = { key: quick.key, by: claim.by, ids: [quick.id], now: later(), until: null }
    expect(await outbox.acknowledge(receipt)).toBe(true)
    await open.end()
    expect((await outbox.claim(sampleClaim())).flatMap(({ rows }) => rows)).toEqual([slow])
  })

  test('an open change of an account does not delay claims of other accounts, and holds no row back permanently', async () => {
    const { outbox } = await storages.emptied()
    const connection = connect()
    const [held, free] = [rowOf(nextId()), rowOf(nextId())]
    await connection.atomically((statements) => addToOutbox(statements, [held, free]))
    const another = rowOf(held.key)
    const open = change(connection, [another])
    await open.stored
    const start = performance.now()
    expect((await outbox.claim(sampleClaim())).flatMap(({ rows }) => rows)).toEqual([free])
    expect(await outbox.claim(sampleClaim())).toEqual([])
    expect(performance.now() - start).toBeLessThan(2_000)
    await open.end()
    expect((await outbox.claim(sampleClaim())).flatMap(({ rows }) => rows)).toEqual([held, another])
  })

  test('changes of the same accounts in any order do not block each other', async () => {
    const { outbox, audit } = await storages.emptied()
    const connection = connect()
    const keys = Array.from({ length: 8 }, nextId)
    const changes = Array.from({ length: 60 }, (_, index) => {
      const mixed = index % 2 ? keys : keys.toReversed()
      return mixed.flatMap((key) => [rowOf(key), rowOf(key, 'messages'), rowOf(key, 'audit')])
    })
    await Promise.all(
      changes.map((rows) => connection.atomically((statements) => addToOutbox(statements, rows))),
    )
    const all = changes.flat()
    const batches = await outbox.claim(sampleClaim({ rows: 1_000 }))
    expect(batches.map(({ key }) => key).sort()).toEqual(keys.toSorted())
    for (const { key, rows } of batches) {
      const own = all.filter((row) => row.key === key && row.queue === 'events').map(({ id }) => id)
      expect(rows.map(({ id }) => id).sort()).toEqual(own.sort())
    }
    expect(await audit.list(null, { limit: 1_000, before: null })).toHaveLength(60 * 8)
  })
})
