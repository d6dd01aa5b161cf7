import { randomUUID } from 'node:crypto'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import postgres from 'postgres'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { sampleUser } from '../../../test/kit-samples.ts'
import { closeLater } from '../../../test/servers/close-later.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { inAMinute, until, untilTrusted } from '../../../test/shared-server/mirrors.ts'
import {
  createPostgresRateLimits,
  createPostgresRevocations,
  createPostgresStorage,
  type PostgresRateLimits,
  type PostgresRevocations,
} from '../src/index.ts'
import { type Authority } from './certificates.ts'
import { useTls } from './tls-server.ts'
import { opensslMissing } from '../../../test/servers/openssl.ts'

vi.setConfig({ testTimeout: 60_000 })

type Way = { url: string } | { pool: pg.Pool } | { sql: postgres.Sql }
type Trusted = Pick<Authority, 'path' | 'certificate'>

function poolOf(options: pg.PoolConfig): Way {
  const pool = new pg.Pool(options)
  pool.on('error', () => {})
  closeLater(() => pool.end())
  return { pool }
}

function sqlOf(url: string, options: postgres.Options<Record<string, never>> = {}): Way {
  const sql = postgres(url, { ...options, fetch_types: false, onnotice: () => {}, backoff: () => 0.02 })
  closeLater(() => sql.end({ timeout: 0 }))
  return { sql }
}

const fullOf = (url: string, { path }: Trusted): string => `${url}?sslmode=verify-full&sslrootcert=${path}`

/** The ways in the README to require a certificate that an authority has signed. */
const verifying: [string, (url: string, trusted: Trusted) => Way][] = [
  ['a url', (url, trusted) => ({ url: fullOf(url, trusted) })],
  ['a pool by a connection string', (url, trusted) => poolOf({ connectionString: fullOf(url, trusted) })],
  ['a pool with ssl', (url, { certificate: ca }) => poolOf({ connectionString: url, ssl: { ca } })],
  ['postgres.js', (url, { certificate: ca }) => sqlOf(url, { ssl: { ca } })],
]

const saying = (code: string, words: RegExp): unknown =>
  expect.objectContaining({ code, detail: expect.stringMatching(words) as unknown })

await describeWithPostgres('a server with TLS', { control: true }, (server) => {
  describe.skipIf(opensslMissing)('(needs openssl)', () => {
    const tls = useTls(server)

    function storageOver(way: Way): Storage {
      const storage = createPostgresStorage({ ...way, schema: tls().schema })
      closeLater(() => storage.close())
      return storage
    }
    function revocationsOver(way: Way, listen: string | boolean = true): PostgresRevocations {
      const logger = { warn: () => {} }
      const revocations = createPostgresRevocations({ ...way, schema: tls().schema, listen, logger })
      closeLater(() => revocations.close())
      return revocations
    }
    function limitsOver(way: Way): PostgresRateLimits {
      const limits = createPostgresRateLimits({ ...way, schema: tls().schema })
      closeLater(() => limits.close())
      return limits
    }
    const backends = (whose: string): Promise<{ ssl: boolean; count: number }[]> =>
      tls().ask(
        `SELECT ssl, count(*)::int FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ${whose} GROUP BY ssl`,
      )

    describe.each(verifying)('through %s', (_, over) => {
      test('serves storage, revocations and rate limits, and every connection uses TLS', async () => {
        const way = over(tls().url, tls().authority)
        const user = sampleUser()
        const storage = storageOver(way)
        expect(await storage.users.create(user)).toEqual({ outcome: 'created' })
        expect(await storage.users.byId(user.id)).toEqual(user)

        const [one, other] = [revocationsOver(way), revocationsOver(way)]
        await untilTrusted(other)
        await until(() => one.revoke([user.id], inAMinute()).then(() => true))
        await until(() => other.isRevoked(user.id))

        const limits = limitsOver(way)
        const rules = [{ limit: 1, windowSeconds: 60 }]
        const hits = await Promise.all([1, 2].map(() => limits.hit(user.id, rules, new Date())))
        expect(hits.filter(({ allowed }) => allowed)).toHaveLength(1)

        const found = await backends("usename = 'app'")
        expect(found).toEqual([{ ssl: true, count: expect.any(Number) as unknown }])
        expect(found[0]?.count, 'one at least, and the line of each mirror').toBeGreaterThan(2)
      })

      test.each([
        ['stranger', /CA that this process trusts/],
        ['elsewhere', /another host name/],
        ['expired', /expired/],
      ] as const)(
        'rejects the certificate %s, with the solution, and works with the right one',
        async (which, words) => {
          await tls().show(tls().certificates[which])
          const way = over(tls().url, tls().authority)
          const [storage, revocations, limits] = [storageOver(way), revocationsOver(way), limitsOver(way)]
          const failed = saying('storage-failed', words)
          await expect(storage.check()).rejects.toEqual(failed)
          await expect(storage.users.purge(randomUUID())).rejects.toEqual(failed)
          const unavailable = saying('storage-unavailable', words)
          await expect(revocations.check()).rejects.toEqual(unavailable)
          await expect(limits.check()).rejects.toEqual(unavailable)
          await tls().show(tls().certificates.right)
          expect(await storage.check()).toBe(null)
          await until(() => revocations.check().then(() => true))
          await until(() => limits.check().then(() => true))
        },
      )

      test('reports if the server offers no TLS', async () => {
        onTestFinished(() => tls().show(tls().certificates.right))
        await tls().show(null)
        await expect(storageOver(over(tls().url, tls().authority)).check()).rejects.toMatchObject({
          detail: expect.stringMatching(/offers? TLS/) as unknown,
        })
      })
    })

    test.each<[string, (url: string) => Way]>([
      ['a url', (url) => ({ url })],
      ['a pool', (connectionString) => poolOf({ connectionString })],
      ['postgres.js', (url) => sqlOf(url)],
    ])('that requires TLS: %s without it is refused with advice', async (_, over) => {
      const failed = saying('storage-failed', /over TLS only.*sslmode=verify-full/)
      await expect(storageOver(over(tls().url)).check()).rejects.toEqual(failed)
    })

    test.each(verifying.slice(2))('a `listen` without TLS options uses those of %s', async (_, over) => {
      const name = `line_${randomUUID()}`
      const listen = `${tls().url}?application_name=${name}`
      const revocations = revocationsOver(over(tls().url, tls().authority), listen)
      await untilTrusted(revocations)
      expect(await backends(`application_name = '${name}'`)).toEqual([{ ssl: true, count: 1 }])
    })

    test('an unreadable file in the URL is named', async () => {
      const missing = { path: '/nowhere/ca.pem', certificate: '' }
      const failed = saying('storage-failed', /cannot be read.*sslrootcert/)
      await expect(storageOver({ url: fullOf(tls().url, missing) }).check()).rejects.toEqual(failed)
    })

    test('a URL with sslrootcert, which postgres.js does not read, is rejected with advice', async () => {
      const url = `${tls().url}?sslmode=require&sslrootcert=${tls().authority.path}`
      const failed = saying('storage-failed', /`ssl: \{ ca \}` instead/)
      await expect(storageOver(sqlOf(url)).check()).rejects.toEqual(failed)
    })
  })
})
