import { createKith, KithError, RetryLaterError } from '@kith/core'
import { createMemoryRevocations, createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createKithHttp } from './create-kith-http.ts'

const origin = 'https://app.example'
const password = 'correct horse battery'

async function open() {
  let now = Date.parse('2026-01-01T00:00:00Z')
  let isAway = false
  const storage = createMemoryStorage()
  const away = (): Promise<never> => Promise.reject(new RetryLaterError('storage-unavailable', 1))
  const sessions: typeof storage.sessions = {
    ...storage.sessions,
    byId: (id) => (isAway ? away() : storage.sessions.byId(id)),
    rotate: (rotation) => (isAway ? away() : storage.sessions.rotate(rotation)),
  }
  const sound = createMemoryRevocations()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: { ...storage, sessions },
    revocations: {
      ...sound,
      isRevoked(key) {
        if (isAway) throw new RetryLaterError('storage-unavailable', 1)
        return sound.isRevoked(key)
      },
    },
    passwords: { memoryKiB: 8, iterations: 1 },
    clock: () => new Date(now),
    logger: { warn() {}, error() {} },
  })
  const register = (username: string) => kith.accounts.register({ username, password })
  return {
    kith,
    register,
    http: createKithHttp(kith, { allowedOrigins: [origin] }),
    pass: (seconds: number) => void (now += seconds * 1000),
    setAway: (value: boolean) => void (isAway = value),
  }
}

const page = (headers: Record<string, string>): Request =>
  new Request(`${origin}/`, { headers: { 'sec-fetch-mode': 'navigate', ...headers } })

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof KithError ? error.code : String(error)),
  )

test('a revoked token makes a browser a guest and gives a program an error; an unavailable storage gives both an error', async () => {
  const { http, kith, register, setAway } = await open()
  const { user, tokens } = await register('anna')
  const browser = { cookie: `__Host-kith-access=${tokens.accessToken}` }
  const program = { authorization: `bearer  ${tokens.accessToken}` }
  for (const headers of [browser, program])
    expect((await http.readViewer(page(headers)))?.userId).toBe(user.id)
  setAway(true)
  for (const headers of [browser, program])
    expect(await codeOf(http.readViewer(page(headers)))).toBe('storage-unavailable')
  setAway(false)
  await kith.sessions.endAll(user.id)
  expect(await http.readViewer(page(browser))).toBeNull()
  expect(await codeOf(http.readViewer(page(program)))).toBe('session-revoked')
  setAway(true)
  const unknown = { cookie: `__Host-kith-access=${(await register('berta')).tokens.accessToken}` }
  expect(await codeOf(http.readViewer(page(unknown)))).toBe('storage-unavailable')
})

test('only the bearer scheme is used; with any other, cookies are used', async () => {
  const { http, register } = await open()
  const { user, tokens } = await register('anna')
  const cookie = `__Host-kith-access=${tokens.accessToken}`
  for (const authorization of ['Basic bearer x', 'NotBearer x', 'Bearers x', 'Basic x', 'Basic Bearer '])
    expect((await http.requireViewer(page({ authorization, cookie }))).userId, authorization).toBe(user.id)
  for (const authorization of ['Bearer x', 'BEARER x', 'bearer'])
    expect(await codeOf(http.requireViewer(page({ authorization, cookie })))).toBe('access-token-invalid')
})

test('an upgrade is authenticated by a token in its subprotocols, otherwise by cookies from an allowed page', async () => {
  const { http, register } = await open()
  const [anna, berta] = [await register('anna'), await register('berta')]
  const cookie = `__Host-kith-access=${berta.tokens.accessToken}`
  const token = `kith.bearer.${anna.tokens.accessToken}`
  for (const protocols of [token, `chat, ${token}`, `chat,${token} , x.kith.bearer.y`]) {
    const head = page({ 'sec-websocket-protocol': protocols, cookie, origin: 'https://elsewhere.example' })
    expect((await http.viewerOfUpgrade(head))?.userId, protocols).toBe(anna.user.id)
  }
  const dead = page({ 'sec-websocket-protocol': 'kith.bearer.junk', cookie, origin })
  expect(await codeOf(http.viewerOfUpgrade(dead))).toBe('access-token-invalid')
  for (const more of [{}, { 'sec-websocket-protocol': 'chat, x.kith.bearer.y' }]) {
    expect((await http.viewerOfUpgrade(page({ ...more, cookie, origin })))?.userId).toBe(berta.user.id)
    const foreign = page({ ...more, cookie, origin: 'https://elsewhere.example' })
    expect(await codeOf(Promise.resolve().then(() => http.viewerOfUpgrade(foreign)))).toBe(
      'origin-not-allowed',
    )
  }
})

test('a guest has nothing to renew and loses no cookies', async () => {
  const { http } = await open()
  const nothing = { viewer: null, setCookies: [], cookie: null }
  expect(await http.renewViewer(page({}))).toEqual(nothing)
  expect(await http.renewViewer(page({ cookie: 'theme=dark' }))).toEqual(nothing)
})

test('two browsers that renew concurrently each get their own session, and repeated requests share one renewal', async () => {
  const { http, register, pass } = await open()
  const people = [await register('anna'), await register('berta')]
  pass(3_600)
  const requests = [...people, ...people].map(({ tokens }) =>
    http.renewViewer(page({ cookie: `__Host-kith-refresh=${tokens.refreshToken}` })),
  )
  const renewed = await Promise.all(requests)
  const ids = people.map(({ user }) => user.id)
  expect(renewed.map(({ viewer }) => viewer?.userId)).toEqual([...ids, ...ids])
  expect(renewed[2]?.setCookies).toEqual(renewed[0]?.setCookies)
})

test('no browser loses its session while the storage is unavailable', async () => {
  const { http, register, pass, setAway } = await open()
  const { tokens } = await register('anna')
  pass(3_600)
  setAway(true)
  const cookie = `__Host-kith-refresh=${tokens.refreshToken}`
  expect(await codeOf(http.renewViewer(page({ cookie })))).toBe('storage-unavailable')
})

test('a renewed request still counts as one with cookies', async () => {
  const { http, register, pass } = await open()
  const { tokens } = await register('anna')
  pass(3_600)
  const request = new Request(`${origin}/api/v1/users/login`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: `__Host-kith-refresh=${tokens.refreshToken}`,
      origin,
    },
    body: JSON.stringify({ login: 'anna', password, transport: 'bearer' }),
  })
  await http.renewViewer(request)
  const response = await http.handle(request)
  expect(response.headers.getSetCookie().map((each) => each.split(';')[0])).toEqual([
    '__Host-kith-access=',
    '__Host-kith-refresh=',
  ])
})
