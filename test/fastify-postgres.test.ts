import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { root } from '../scripts/packages.ts'
import { startApp } from './running-app.ts'
import { describeWithPostgres } from './servers/describe-servers.ts'

const secret = 'a secret of the tests, of 32 characters or more'
const script = 'examples/fastify-postgres/src/server.ts'
const readExample = (name: string): string =>
  readFileSync(join(root, 'examples/fastify-postgres', name), 'utf8')

interface Compose {
  services: Record<
    string,
    {
      image: string
      environment: object
      ports: string[]
      volumes: string[]
      healthcheck: { test: string[] }
    }
  >
  volumes: object
}

test('docker-compose.yml defines the server that the example connects to, and keeps its data', () => {
  const { services, volumes } = parse(readExample('docker-compose.yml')) as Compose
  const [, password, port] =
    /postgres:\/\/postgres:(\w+)@localhost:(\d+)\/postgres/.exec(readExample('src/server.ts')) ?? []
  expect(services).toMatchObject({
    postgres: {
      // This release and later ones store their data in a folder of their version below the volume, and refuse one in `data`.
      image: 'postgres:18',
      environment: { POSTGRES_PASSWORD: password },
      ports: [`127.0.0.1:${port}:5432`],
      volumes: ['data:/var/lib/postgresql'],
      // Without a health check, `--wait` would only wait for the container.
      healthcheck: { test: ['CMD', 'pg_isready', '--host=127.0.0.1', '--username=postgres'] },
    },
  })
  expect(Object.keys(volumes)).toEqual(['data'])
})

await describeWithPostgres('examples/fastify-postgres', {}, (server) => {
  test('the commands of its README, entered in order, publish a listing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kith-readme-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const app = await startApp(script, { KITH_SECRET: secret, DATABASE_URL: await server().freshDatabase() })
    const fences = [...readExample('README.md').matchAll(/^```sh\n(.+?)^```/gms)].map(
      (match) => match[1] ?? '',
    )
    const typed =
      fences.find((each) => each.startsWith('curl'))?.replaceAll('http://localhost:3000', app.url) ?? ''
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-ec', typed.replaceAll('curl ', "curl -sSw '\\n' ")],
      { cwd: folder },
    )
    const [registered, made, listed] = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(registered).toMatchObject({ user: { username: 'ada' } })
    expect(made).toMatchObject({ priceCents: 1_700_000 })
    expect(listed).toMatchObject([{ post: { caption: 'A difference engine' }, priceCents: 1_700_000 }])
    expect(await app.stop()).toBe(0)
  })

  test('a post and its price are created and deleted together', async () => {
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

    // The app's half fails, so no post is created either.
    await database.query('ALTER TABLE listings ADD CHECK ("priceCents" <> 13)')
    expect((await app.call('POST', '/listings', { ...engine, priceCents: 13 })).status).toBe(500)
    expect(await count('kith.posts')).toEqual({ rows: 1 })
    // Kith's half fails, so no listing is created.
    expect((await app.call('POST', '/listings', { ...engine, caption: 'x'.repeat(10_000) })).status).toBe(422)
    expect(await count('listings')).toEqual({ rows: 1 })

    const shown = await app.call('GET', '/sellers/ada/listings')
    expect(await shown.json()).toMatchObject([
      { post: { caption: 'A difference engine' }, priceCents: 1_700_000 },
    ])

    // The foreign key deletes the listings together with the account.
    expect((await app.call('DELETE', '/api/v1/users/me', { password: ada.password })).status).toBe(204)
    await expect.poll(() => count('kith.users')).toEqual({ rows: 0 })
    expect(await count('listings')).toEqual({ rows: 0 })
    expect(await app.stop()).toBe(0)
  })
})
