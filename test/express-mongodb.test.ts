import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, watch } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { root } from '../scripts/packages.ts'
import { type RunningApp, startApp } from './running-app.ts'
import { describeWithMongo } from './servers/describe-servers.ts'
import { freePort } from './servers/port.ts'
import { redisMissing, startRedis } from './servers/redis-server.ts'

const script = 'examples/express-mongodb/src/server.ts'
const secrets = {
  ACCESS_TOKEN_SECRET: 'what signs the access tokens',
  ACCESS_TOKEN_EXPIRY: '1d',
  REFRESH_TOKEN_SECRET: 'what signs the refresh tokens',
  REFRESH_TOKEN_EXPIRY: '10d',
}
const ada = { fullName: 'Ada Lovelace', username: 'ada', email: 'ada@example.com', password: 'correct horse' }

const withoutRedis = await redisMissing()

// One for each database, because the pictures of other accounts are refused.
let uploads = ''

const folder = mkdtempSync(join(tmpdir(), 'kith-uploads-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }))

function makeUploads(): string {
  return mkdtempSync(join(folder, 'app-'))
}

/** The uploaded files of forms that wait for their response. */
function incoming(): string[] {
  const forms = join(uploads, 'incoming')
  return existsSync(forms) ? readdirSync(forms) : []
}

/** Sends a complete registration, large enough to be still in progress when the connection is lost. */
async function sendAndLeave(url: string, origin: string = url): Promise<void> {
  const part = (name: string, more = '') =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`
  const fields = Object.entries(ada).map(([name, value]) => `${part(name)}${value}\r\n`)
  const body = Buffer.concat([
    Buffer.from(fields.join('') + part('avatar', '; filename="a.jpg"\r\ncontent-type: image/jpeg')),
    Buffer.alloc(4_000_000, 'x'),
    Buffer.from('\r\n--b--\r\n'),
  ])
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const head = [
    'POST /api/v1/users/register HTTP/1.1',
    'host: localhost',
    `origin: ${origin}`,
    'content-type: multipart/form-data; boundary=b',
    `content-length: ${body.length}`,
  ]
  socket.on('error', () => {})
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.write(body, () => socket.destroy())
  await once(socket, 'close')
}

interface Account {
  name: string
  avatar: { width: number; renditions: { feed: string } }
  cover: { width: number } | null
}

await describeWithMongo('examples/express-mongodb', {}, (mongo) => {
  let picture: Blob

  beforeAll(async () => {
    const image = sharp({ create: { width: 80, height: 60, channels: 3, background: 'orchid' } })
    picture = new Blob([new Uint8Array(await image.jpeg().toBuffer())])
  })

  async function start(more: Record<string, string> = {}): Promise<RunningApp> {
    const port = await freePort()
    const uri = new URL(mongo().uri)
    uri.pathname = `/${mongo().freshDatabase()}`
    const env = { MONGODB_URI: uri.href, PORT: String(port), CORS_ORIGIN: `http://localhost:${port}` }
    uploads = more['UPLOADS_DIRECTORY'] ?? makeUploads()
    return await startApp(script, { ...secrets, ...env, UPLOADS_DIRECTORY: uploads, ...more })
  }

  function form(files: Record<string, Blob>, fields: Record<string, string> = ada): FormData {
    const data = new FormData()
    for (const [name, value] of Object.entries(fields)) data.set(name, value)
    for (const [name, file] of Object.entries(files)) data.set(name, file, `${name}.jpg`)
    return data
  }

  function register(app: RunningApp, data: FormData): Promise<Response> {
    return app.call('POST', '/api/v1/users/register', data)
  }

  test('registers with one form including pictures, with cookies, and reveals no tokens or passwords', async () => {
    const app = await start()
    try {
      const response = await register(app, form({ avatar: picture, coverImage: picture }))
      expect(response.status).toBe(201)
      const cookies = response.headers.getSetCookie()
      expect(cookies).toHaveLength(3)
      for (const cookie of cookies) expect(cookie).toMatch(/HttpOnly/)
      const text = await response.text()
      expect(text).not.toMatch(/password|token|argon2/i)
      const { user } = JSON.parse(text) as { user: Account }
      expect(user).toMatchObject({ name: 'Ada Lovelace', avatar: { width: 80 }, cover: { width: 80 } })
      expect((await fetch(app.url + user.avatar.renditions.feed)).status).toBe(200)
      expect(await (await app.call('GET', '/api/v1/hello')).json()).toEqual({ hello: 'Ada Lovelace' })

      expect((await app.call('POST', '/api/v1/users/refresh')).status).toBe(200)
      expect((await app.call('POST', '/api/v1/users/logout')).status).toBe(204)
      expect((await app.call('GET', '/api/v1/hello')).status).toBe(401)
      const login = await app.call('POST', '/api/v1/users/login', {
        email: ada.email,
        password: ada.password,
      })
      expect([login.status, await login.text()]).toEqual([200, expect.not.stringMatching(/token|password/i)])
    } finally {
      await app.stop('SIGKILL')
    }
  })

  test('its config file gives the command line the same Kith', async () => {
    const uri = new URL(mongo().uri)
    uri.pathname = `/${mongo().freshDatabase()}`
    const env = {
      MONGODB_URI: uri.href,
      CORS_ORIGIN: 'https://app.example',
      NODE_ENV: 'production',
      UPLOADS_DIRECTORY: makeUploads(),
      PATH: process.env['PATH'] ?? '',
    }
    const kith = async (...args: string[]): Promise<unknown> => {
      const flags = [
        '--conditions=@kith/source',
        '--experimental-strip-types',
        join(root, 'packages/cli/src/kith.ts'),
      ]
      const config = join(root, 'examples/express-mongodb/kith.config.ts')
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [...flags, ...args, '--json', '--config', config],
        {
          env: { ...secrets, ...env },
        },
      )
      return JSON.parse(stdout)
    }
    await kith('migrate')
    expect(await kith('info')).toMatchObject({ ready: true })
    await kith('upkeep')
    expect(await kith('doctor')).toMatchObject({ errors: 0, warnings: 0 })
  })

  test('without a valid avatar no account is created, and the username stays free', async () => {
    const app = await start()
    const before = new Set(incoming())
    try {
      const missing = await register(app, form({ coverImage: picture }))
      expect([missing.status, await missing.json()]).toMatchObject([422, { errors: [{ path: 'avatar' }] }])
      const text = await register(app, form({ avatar: new Blob(['<svg onload=alert(1)>']) }))
      expect([text.status, text.headers.getSetCookie()]).toEqual([415, []])
      const cut = await register(app, form({ avatar: picture, coverImage: picture.slice(0, 150) }))
      expect([cut.status, cut.headers.getSetCookie()]).toEqual([422, []])
      const odd = await register(app, form({ avatar: picture, other: picture }))
      expect(odd.status).toBe(400)
      expect((await app.call('GET', '/api/v1/users/ada')).status).toBe(404)
      expect((await register(app, form({ avatar: picture }))).status).toBe(201)
      expect((await register(app, form({ avatar: picture }))).status).toBe(409)
      expect((await app.call('GET', '/api/v1/users/ada')).status).toBe(200)
      // They are removed after the response. Files of an app that was killed before stay.
      await expect.poll(() => incoming().filter((name) => !before.has(name)), { timeout: 10_000 }).toEqual([])
    } finally {
      await app.stop('SIGKILL')
    }
  })

  test('a form whose sender disconnects after the last byte leaves no file', async () => {
    const app = await start()
    const before = new Set(incoming())
    const left = () => incoming().filter((name) => !before.has(name))
    const arrived = new Set<string>()
    const watcher = watch(join(uploads, 'incoming'), (_event, name) => {
      if (name !== null && !before.has(name)) arrived.add(name)
    })
    try {
      const forms = 8
      await Promise.all(Array.from({ length: forms }, () => sendAndLeave(app.url, 'http://localhost:1')))
      await Promise.all(Array.from({ length: forms }, () => sendAndLeave(app.url)))
      await expect.poll(() => arrived.size, { timeout: 20_000 }).toBeGreaterThanOrEqual(forms)
      await expect.poll(left, { timeout: 20_000 }).toEqual([])
      // For pages that are not allowed nothing was written, and no account was registered.
      expect(arrived.size).toBe(forms)
      expect((await app.call('GET', '/api/v1/users/ada')).status).toBe(404)
    } finally {
      watcher.close()
      await app.stop('SIGKILL')
    }
    expect(left()).toEqual([])
  })

  test('reports what to set if an option is missing or invalid', async () => {
    await expect(start({ ACCESS_TOKEN_SECRET: '' })).rejects.toThrow(/ACCESS_TOKEN_SECRET is not set/)
    await expect(start({ CORS_ORIGIN: '*' })).rejects.toThrow(/name the pages/)
    await expect(start({ ACCESS_TOKEN_EXPIRY: 'soon' })).rejects.toThrow(/accessTtl/)
    // A port that only the system user can open.
    const nowhere = 'mongodb://127.0.0.1:1/kith'
    await expect(start({ MONGODB_URI: nowhere })).rejects.toThrow(/Check that the storage is running/)
    const other = createServer((socket) => socket.destroy()).listen(0)
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const taken = String((other.address() as AddressInfo).port)
    await expect(start({ PORT: taken })).rejects.toThrow(/EADDRINUSE/)
  })

  test('empty values in .env count as not set', async () => {
    const app = await start({ REDIS_URL: '', ACCESS_TOKEN_EXPIRY: '', REFRESH_TOKEN_EXPIRY: '' })
    try {
      expect((await register(app, form({ avatar: picture }))).status).toBe(201)
    } finally {
      await app.stop('SIGKILL')
    }
  })

  test.skipIf(withoutRedis !== null)(
    'with Redis, a logout in one server takes effect in another',
    async () => {
      const redis = await startRedis()
      const uri = new URL(mongo().uri)
      uri.pathname = `/${mongo().freshDatabase()}`
      const shared = { MONGODB_URI: uri.href, REDIS_URL: redis.url, UPLOADS_DIRECTORY: makeUploads() }
      const [one, other] = await Promise.all([start(shared), start(shared)])
      try {
        expect((await register(one, form({ avatar: picture }))).status).toBe(201)
        other.setCookies(one.cookies())
        expect((await other.call('GET', '/api/v1/hello')).status).toBe(200)
        expect((await one.call('POST', '/api/v1/users/logout')).status).toBe(204)
        const hello = async (): Promise<number> => (await other.call('GET', '/api/v1/hello')).status
        await expect.poll(hello, { timeout: 10_000 }).toBe(401)
      } finally {
        await one.stop('SIGKILL')
        await other.stop('SIGKILL')
        await redis.stop()
      }
    },
  )
})
