import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { startApp } from './running-app.ts'
import { describeWithPostgres } from './servers/describe-servers.ts'

const secret = 'a secret of the tests, of 32 characters or more'
const script = 'examples/fastify-postgres/src/server.ts'

await describeWithPostgres('examples/fastify-postgres', {}, (server) => {
  test('a post and its price come and go together', async () => {
    const url = await server().freshDatabase()
    const app = await startApp(script, { KITH_SECRET: secret, DATABASE_URL: url })
    const database = new pg.Client(url)
    await database.connect()
    onTestFinished(() => database.end())
    const count = async (table: string): Promise<unknown> =>
      (await database.query(`SELECT count(*)::int AS rows FROM ${table}`)).rows[0]

    const engine = { caption: 'A difference engine', priceCents: 1_700_000 }
    expect((await app.call('POST', '/listings', engine)).status).toBe(401)
    const ada = { username: 'ada', password: 'correct horse' }
    expect((await app.call('POST', '/api/v1/users/register', ada)).status).toBe(201)
    const made = await app.call('POST', '/listings', engine)
    expect(made.status).toBe(201)
    expect(await made.json()).toMatchObject({
      post: { caption: 'A difference engine' },
      priceCents: 1_700_000,
    })
    expect((await app.call('POST', '/listings', { ...engine, priceCents: 0 })).status).toBe(400)

    // The app's half fails, so there is no post either.
    await database.query('ALTER TABLE listings ADD CHECK ("priceCents" <> 13)')
    expect((await app.call('POST', '/listings', { ...engine, priceCents: 13 })).status).toBe(500)
    expect(await count('kith.posts')).toEqual({ rows: 1 })
    // Kith's half fails, so there is no listing.
    expect((await app.call('POST', '/listings', { ...engine, caption: 'x'.repeat(10_000) })).status).toBe(422)
    expect(await count('listings')).toEqual({ rows: 1 })

    const shown = await app.call('GET', '/sellers/ada/listings')
    expect(await shown.json()).toMatchObject([
      { post: { caption: 'A difference engine' }, priceCents: 1_700_000 },
    ])

    // The foreign key: with the account go its listings.
    expect((await app.call('DELETE', '/api/v1/users/me', { password: ada.password })).status).toBe(204)
    await expect.poll(() => count('kith.users')).toEqual({ rows: 0 })
    expect(await count('listings')).toEqual({ rows: 0 })
    expect(await app.stop()).toBe(0)
  })
})
