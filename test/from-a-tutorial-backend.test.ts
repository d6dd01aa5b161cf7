import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import bcrypt from 'bcryptjs'
import mongoose, { type Connection } from 'mongoose'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fencesOf, fileNameOf } from '../scripts/markdown.ts'
import { root } from '../scripts/packages.ts'
import { type RunningApp, startApp } from './running-app.ts'
import { describeWithMongo } from './servers/describe-servers.ts'
import { freePort } from './servers/port.ts'

const run = promisify(execFile)
const fromSource = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]

/** The user model of the tutorials, unchanged. */
const oldUser = new mongoose.Schema(
  {
    username: { type: String, required: true, unique: true, lowercase: true, trim: true, index: true },
    email: { type: String, required: true, unique: true, trim: true },
    fullName: { type: String, required: true, trim: true },
    avatar: { type: String, required: true },
    coverImage: String,
    password: { type: String, required: true },
    refreshToken: String,
  },
  { timestamps: true },
)

await describeWithMongo(
  'migrating a tutorial back end, as docs/from-a-tutorial-backend.md describes it',
  {},
  (mongo) => {
    let folder: string
    let old: Connection
    let env: Record<string, string>

    beforeAll(async () => {
      mkdirSync(join(root, '.cache'), { recursive: true })
      folder = mkdtempSync(join(root, '.cache', 'tutorial-'))
      for (const { code } of fencesOf(readFileSync(join(root, 'docs/from-a-tutorial-backend.md'), 'utf8'))) {
        const name = fileNameOf(code)
        if (name) writeFileSync(join(folder, name), code)
      }
      const port = await freePort()
      const uri = new URL(mongo().uri)
      uri.pathname = `/${mongo().freshDatabase()}`
      env = {
        MONGODB_URI: uri.href,
        ACCESS_TOKEN_SECRET: 'a secret of the old back end',
        REFRESH_TOKEN_SECRET: 'and another one',
        PORT: String(port),
        CORS_ORIGIN: `http://localhost:${port}`,
      }
      old = await mongoose.createConnection(uri.href).asPromise()
      await seed(old, folder)
    })

    afterAll(async () => {
      await old.close()
      rmSync(folder, { recursive: true, force: true })
    })

    async function moveUsers(): Promise<string> {
      const script = join(folder, 'move-users.ts')
      const options = { cwd: folder, env: { ...process.env, ...env } }
      const { stdout } = await run(process.execPath, [...fromSource, script], options)
      return stdout
    }

    async function oldPassword(username: string): Promise<string> {
      const found = await old.collection('users').findOne({ username })
      return String(found?.['password'])
    }

    test('every user is imported or listed, and a second run continues where the first stopped', async () => {
      const users = old.collection('users')
      const first = await moveUsers()
      expect(first).toMatch(/^3 moved, 3 refused$/m)
      // Neither the list nor the log contains an email address, a name or a hash.
      expect(first).not.toMatch(/example\.com|\$2|grace hopper/i)
      const left = await users.find({ kithId: { $exists: false } }).toArray()
      expect(left.map(({ username }) => String(username)).sort()).toEqual(['ada2', 'crypt', 'grace hopper'])
      for (const { _id } of left) expect(first).toContain(String(_id))

      await users.updateOne({ username: 'grace hopper' }, { $set: { username: 'grace.hopper' } })
      // As if the run had been stopped right after it created the account.
      await users.updateOne({ username: 'edsger' }, { $unset: { kithId: '' } })
      expect(await moveUsers()).toMatch(/^2 moved, 2 refused$/m)
      expect(await moveUsers()).toMatch(/^0 moved, 2 refused$/m)
      expect(await users.distinct('kithId')).toHaveLength(4)
    })

    test('they sign in with their old passwords, see their pictures, and stay signed out after a logout', async () => {
      const server = await startApp(relative(root, join(folder, 'server.ts')), env, { cwd: folder })
      try {
        expect((await login(server, { email: 'ada@example.com', password: 'wrong one' })).status).toBe(401)
        const ada = await login(server, { email: 'Ada@Example.com', password: 'lovelace1815' })
        expect(ada.status).toBe(200)
        expect(await ada.text()).not.toMatch(/password|token|\$argon2|\$2/i)
        const me = (await (await server.call('GET', '/api/v1/users/me')).json()) as {
          name: string
          createdAt: string
          avatar: { width: number; renditions: { thumb: string } }
          cover: { width: number } | null
        }
        expect(me).toMatchObject({ name: 'Ada Lovelace', createdAt: '2024-02-29T12:00:00.000Z' })
        expect([me.avatar.width, me.cover?.width]).toEqual([64, 96])
        const thumb = await fetch(server.url + me.avatar.renditions.thumb)
        expect([thumb.status, thumb.headers.get('content-type')]).toEqual([200, 'image/webp'])
        expect((await server.call('GET', '/api/v1/history')).status).toBe(200)
        const kept = server.cookies()
        expect((await server.call('POST', '/api/v1/users/logout')).status).toBe(204)
        server.setCookies(kept)
        expect((await server.call('GET', '/api/v1/history')).status).toBe(401)

        const md5 = await login(server, { username: 'edsger', password: 'goto considered' })
        expect(md5.status).toBe(200)
        expect((await login(server, { username: 'edsger', password: 'goto considered' })).status).toBe(200)
      } finally {
        await server.stop('SIGKILL')
      }
      const accounts = await old.collection('kith_users').find().toArray()
      const hashes = new Map(
        accounts.map((account) => [account['username'], String(account['passwordHash'])]),
      )
      expect(hashes.get('ada')).toMatch(/^\$argon2id\$/)
      expect(hashes.get('edsger')).toMatch(/^\$argon2id\$/)
      // Users who have not signed in yet keep the old hash.
      expect(hashes.get('grace.hopper')).toBe(await oldPassword('grace.hopper'))
    })
  },
)

function login(server: RunningApp, input: object): Promise<Response> {
  return server.call('POST', '/api/v1/users/login', input)
}

async function seed(connection: Connection, folder: string): Promise<void> {
  const User = connection.model('User', oldUser)
  await User.init()
  const pictures = join(folder, 'public')
  mkdirSync(pictures)
  const draw = (width: number, name: string) =>
    sharp({ create: { width, height: 64, channels: 3, background: 'teal' } }).toFile(join(pictures, name))
  await draw(64, 'ada.jpg')
  await draw(96, 'cover.png')
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const avatar = 'https://res.example/gone.png'
  const people = [
    {
      username: 'Ada',
      email: 'ada@example.com',
      fullName: 'Ada Lovelace',
      avatar: 'public/ada.jpg',
      coverImage: 'public/cover.png',
      password: await bcrypt.hash('lovelace1815', 10),
      createdAt: new Date('2024-02-29T12:00:00Z'),
    },
    {
      username: 'edsger',
      email: 'edsger@example.com',
      fullName: 'E. W. D.',
      avatar,
      password: md5('goto considered'),
    },
    {
      username: 'alan',
      email: 'alan@example.com',
      fullName: 'Alan',
      avatar,
      password: await bcrypt.hash('enigma', 4),
    },
    // The same email address except for its case, a name with a space, and an unknown hash.
    {
      username: 'ada2',
      email: 'ADA@example.com',
      fullName: 'Ada again',
      avatar,
      password: md5('lovelace1815'),
    },
    {
      username: 'grace hopper',
      email: 'grace@example.com',
      fullName: 'Grace',
      avatar,
      password: await bcrypt.hash('cobol', 4),
    },
    {
      username: 'crypt',
      email: 'crypt@example.com',
      fullName: 'Old',
      avatar,
      password: '$1$salt$qJH7.N4xYta3aEG/dfqo/0',
    },
  ]
  // Of two with the same email address, the first keeps it.
  await User.create(people, { ordered: true })
}
