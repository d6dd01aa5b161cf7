import pg from 'pg'
import { expect, test } from 'vitest'
import { describeWithPostgres } from './describe-servers.ts'
import type { PostgresServer } from './postgres-server.ts'

async function ask(server: PostgresServer, sql: string, uri = server.uri): Promise<unknown> {
  const client = new pg.Client({
    connectionString: uri,
    connectionTimeoutMillis: 1_000,
    query_timeout: 1_000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return (rows as unknown[][])[0]?.[0]
  } finally {
    client.end().catch(() => {})
  }
}

await describeWithPostgres('our own PostgreSQL server', { control: true }, (postgres) => {
  test('keeps committed data when it is killed and started again', async () => {
    const { control } = postgres()
    await ask(postgres(), 'CREATE TABLE things AS SELECT 7 AS thing')
    const before = control?.pid
    await control?.kill()
    await expect(ask(postgres(), 'SELECT thing FROM things')).rejects.toThrow(/ECONNREFUSED/)
    await control?.restart()
    expect(await ask(postgres(), 'SELECT thing FROM things')).toBe(7)
    expect(control?.pid).not.toBe(before)
  })

  test('does not respond while it is frozen, even on open connections, and continues afterwards', async () => {
    const { control, uri } = postgres()
    const client = new pg.Client({ connectionString: uri })
    await client.connect()
    await control?.freeze()
    const late = client.query('SELECT 1')
    await expect(Promise.race([late, ask(postgres(), 'SELECT 1')])).rejects.toThrow(/timeout/i)
    control?.thaw()
    await late
    expect(await ask(postgres(), 'SELECT 2')).toBe(2)
    await client.end()
  })

  test('provides a separate database on each request', async () => {
    const [one, other] = [await postgres().freshDatabase(), await postgres().freshDatabase()]
    await ask(postgres(), 'CREATE TABLE only_here AS SELECT 1', one)
    await expect(ask(postgres(), 'SELECT * FROM only_here', other)).rejects.toThrow(/does not exist/)
  })

  test('requires passwords only from the roles of a group', async () => {
    await ask(postgres(), 'CREATE ROLE asks_password')
    await ask(postgres(), "CREATE ROLE careful LOGIN PASSWORD 'right' IN ROLE asks_password")
    const as = (who: string): string => postgres().uri.replace('postgres@', `${who}@`)
    expect(await ask(postgres(), 'SELECT 1', as('careful:right'))).toBe(1)
    await expect(ask(postgres(), 'SELECT 1', as('careful:wrong'))).rejects.toMatchObject({ code: '28P01' })
  })
})
