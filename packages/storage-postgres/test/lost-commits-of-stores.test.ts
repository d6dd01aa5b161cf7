import type { OutboxClaim, OutboxRow, Storage } from '@kith/core/ports'
import pg from 'pg'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { later, nextId, sampleCode, sampleCredential, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createPostgresStorage } from '../src/index.ts'
import { type CommitProxy, type Mishap, startCommitProxy } from './commit-proxy.ts'

vi.setConfig({ testTimeout: 60_000 })

const aCommit = /\bcommit\b/i
const mishaps: readonly Mishap[] = [
  'the answer is lost',
  'the question is lost',
  'the question is lost in silence',
]

function rowOf(key: string, queue: OutboxRow['queue'] = 'events'): OutboxRow {
  return { queue, id: nextId(), key, name: 'account.edited', at: later(), payload: '{}' }
}

function sampleClaim(): OutboxClaim {
  return { by: nextId(), now: later(), until: later(60_000), keys: 100, rows: 100 }
}

await describeWithPostgres('a lost COMMIT of a store', {}, (server) => {
  describe.each(['pg', 'postgres.js'] as const)('through %s', (name) => {
    let proxy: CommitProxy
    let cut: Storage
    let straight: Storage
    let close: () => Promise<unknown>

    beforeEach(async () => {
      proxy = await startCommitProxy(server().port)
      const schema = server().freshSchema()
      straight = createPostgresStorage({
        url: server().uri,
        schema,
        timeoutMillis: 20_000,
        maxConnections: 2,
      })
      await straight.migrate()
      const uri = server().uri.replace(String(server().port), String(proxy.port))
      if (name === 'pg') {
        const pool = new pg.Pool({ connectionString: uri })
        pool.on('error', () => {})
        cut = createPostgresStorage({ pool, schema, timeoutMillis: 10_000 })
        close = () => pool.end()
      } else {
        const sql = postgres(uri, { fetch_types: false, onnotice: () => {}, backoff: () => 0.05 })
        cut = createPostgresStorage({ sql, schema, timeoutMillis: 10_000 })
        close = () => sql.end({ timeout: 1 })
      }
    })
    afterEach(async () => {
      proxy.close()
      await Promise.all([close(), straight.close()])
    })

    test.each(mishaps)('a code is consumed once, and its caller gets it: %s', async (mishap) => {
      const code = sampleCode()
      const { purpose, subject } = code
      await straight.codes.issue(code)
      const row = rowOf(code.userId ?? '')
      const attempt = { purpose, subject, hash: code.hashes[0] ?? '', now: later() }
      proxy.lose(aCommit, mishap)
      expect(await cut.codes.consume(attempt, () => [row])).toEqual({ outcome: 'consumed', code })
      expect(await straight.codes.consume(attempt)).toEqual({ outcome: 'none' })
      const batches = await straight.outbox.claim(sampleClaim())
      expect(batches.flatMap(({ rows }) => rows)).toEqual([row])
    })

    test.each(mishaps)('a wrong hash uses up one try of a code: %s', async (mishap) => {
      const code = sampleCode()
      const { purpose, subject } = code
      await straight.codes.issue(code)
      proxy.lose(aCommit, mishap)
      const now = later()
      expect(await cut.codes.consume({ purpose, subject, hash: 'wrong', now })).toEqual({ outcome: 'wrong' })
      expect(await straight.codes.find({ purpose, subject, now })).toMatchObject({ tries: 4 })
    })

    test.each(mishaps)('a credential is stepped once: %s', async (mishap) => {
      const user = await withUser(straight)
      const credential = sampleCredential({ userId: user })
      proxy.lose(aCommit, mishap)
      expect(await cut.credentials.add(credential, 1)).toBe('added')
      proxy.lose(aCommit, mishap)
      expect(await cut.credentials.step({ id: credential.id, version: 0, data: '{"next":1}' })).toBe(true)
      expect(await straight.credentials.byUser(user)).toEqual([
        { ...credential, version: 1, data: '{"next":1}' },
      ])
    })

    test.each(mishaps)('a waiting event is stored, leased and handled once: %s', async (mishap) => {
      const user = await withUser(straight)
      const rows = [rowOf(user), rowOf(user), rowOf(user, 'audit')]
      proxy.lose(aCommit, mishap)
      await cut.users.update(user, { bio: 'changed' }, undefined, () => rows)
      const last = rowOf(user)
      await straight.users.update(user, { bio: 'again' }, undefined, () => [last])
      const events = [...rows.slice(0, 2), last]

      const claim = sampleClaim()
      proxy.lose(aCommit, mishap)
      expect(await cut.outbox.claim(claim)).toEqual([{ key: user, attempts: 0, rows: events }])
      expect(await straight.outbox.claim(sampleClaim())).toEqual([])

      proxy.lose(aCommit, mishap)
      const ids = rows.slice(0, 2).map(({ id }) => id)
      const receipt = { key: user, by: claim.by, ids, now: later(), until: null }
      expect(await cut.outbox.acknowledge(receipt)).toBe(true)
      expect(await straight.outbox.acknowledge(receipt)).toBe(false)
      expect(await straight.outbox.claim(sampleClaim())).toEqual([{ key: user, attempts: 0, rows: [last] }])
      expect(await straight.audit.list(user, { limit: 9, before: null })).toEqual(rows.slice(2))
    })
  })
})

async function withUser({ users }: Storage): Promise<string> {
  const user = sampleUser()
  await users.create(user)
  return user.id
}
