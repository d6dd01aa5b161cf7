import { X509Certificate } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import type { PostgresServer } from '../../../test/servers/postgres-server.ts'
import { until } from '../../../test/shared-server/mirrors.ts'
import { createPostgresStorage } from '../src/index.ts'
import { type Authority, createAuthority, install, type ServerCertificate } from './certificates.ts'

/** A server whose role `app` has to use TLS. */
export interface TlsServer {
  authority: Authority
  /** Another name, for which the server has no certificate. */
  stranger: Authority
  certificates: Record<'right' | 'stranger' | 'elsewhere' | 'expired', ServerCertificate>
  /** The URL for `app`, without TLS options. */
  url: string
  /** A migrated schema. */
  schema: string
  ask<Row>(sql: string): Promise<Row[]>
  /** Makes the server show a certificate from now on; without one it offers no TLS. */
  show(certificate: ServerCertificate | null): Promise<void>
}

const clients = ['host all postgres 127.0.0.1/32 trust', 'hostssl all all 127.0.0.1/32 trust', '']

/** Turns TLS on before the tests. */
export function useTls(server: () => PostgresServer): () => TlsServer {
  let made: TlsServer | null = null
  let admin: pg.Pool | null = null

  beforeAll(async () => {
    const pool = new pg.Pool({ connectionString: server().uri })
    pool.on('error', () => {})
    admin = pool
    const ask = async <Row>(sql: string): Promise<Row[]> => (await pool.query(sql)).rows as Row[]
    const [found] = await ask<{ folder: string }>("SELECT current_setting('data_directory') AS folder")
    const folder = found?.folder ?? ''
    const url = `postgres://app@localhost:${server().port}/postgres`
    const [authority, stranger] = [createAuthority(), createAuthority()]
    const certificates = {
      expired: authority.sign('localhost', 0),
      right: authority.sign('localhost'),
      stranger: stranger.sign('localhost'),
      elsewhere: authority.sign('db.example.com'),
    }
    const schema = server().freshSchema()

    async function show(certificate: ServerCertificate | null): Promise<void> {
      if (certificate) install(certificate, folder)
      await ask(`ALTER SYSTEM SET ssl = ${certificate ? 'on' : 'off'}`)
      await ask('SELECT pg_reload_conf()')
      const wanted = certificate && new X509Certificate(certificate.certificate).fingerprint256
      await until(async () => (await shownAt(server().uri)) === wanted)
    }
    made = { authority, stranger, certificates, url, schema, ask, show }

    writeFileSync(join(folder, 'pg_hba.conf'), clients.join('\n'))
    await ask('CREATE ROLE app LOGIN SUPERUSER')
    await show(certificates.right)
    const storage = createPostgresStorage({ url: server().uri, schema })
    await storage.migrate()
    await storage.close()
  })
  afterAll(async () => {
    await admin?.end()
    for (const { folder } of made ? [made.authority, made.stranger] : [])
      rmSync(folder, { recursive: true, force: true })
  })

  return () => {
    if (!made) throw new Error('The server runs only while tests do')
    return made
  }
}

/** The fingerprint of the certificate that a server shows; null if it offers no TLS. */
async function shownAt(connectionString: string): Promise<string | null> {
  const client = new pg.Client({ connectionString, ssl: { rejectUnauthorized: false } })
  client.on('error', () => {})
  try {
    await client.connect()
    const { connection } = client as unknown as { connection: { stream: TLSSocket } }
    return connection.stream.getPeerCertificate().fingerprint256
  } catch (error) {
    if (/does not support SSL/.test(String(error))) return null
    throw error
  } finally {
    client.end().catch(() => {})
  }
}
