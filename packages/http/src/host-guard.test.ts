import { createKith, RetryLaterError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test, vi } from 'vitest'
import { createKithHttp } from './create-kith-http.ts'

const kith = createKith({
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createMemoryStorage(),
  logger: { warn() {}, error() {} },
})

test('a route of the app that would open a Kith session is refused with the reason', async () => {
  const { signIn } = createKithHttp(kith, { viewer: () => null })
  const open = vi.fn()
  const head = new Request('https://app.example/register', { method: 'POST' })
  await expect(signIn({ head }, open)).rejects.toThrow(/sign-in and sessions are the app's own/)
  expect(open).not.toHaveBeenCalled()
})

test('with the Fetch handler, the callback gets the Request itself, from routes and guards alike', async () => {
  const { id } = await kith.accounts.shadow('1', { username: 'anna' })
  const seen = vi.fn()
  const { handle, requireViewer, renewViewer, viewerOfUpgrade } = createKithHttp(kith, {
    viewer({ method, target }, host) {
      seen(host)
      expect([method, target]).toEqual(['GET', '/api/v1/users/me?x=1'])
      return id
    },
  })
  const request = new Request('https://app.example/api/v1/users/me?x=1')
  expect((await handle(request)).status).toBe(200)
  const viewer = { userId: id, sessionId: null }
  expect(await requireViewer(request)).toEqual(viewer)
  expect(await renewViewer(request)).toEqual({ viewer, setCookies: [], cookie: null })
  expect(await viewerOfUpgrade(request)).toEqual(viewer)
  expect(seen.mock.calls).toEqual(Array.from({ length: 4 }, () => [request]))
})

test('a guard that gets only headers passes no target', async () => {
  const { id } = await kith.accounts.shadow('2', { username: 'berta' })
  const { requireViewer } = createKithHttp(kith, {
    viewer: ({ target, headers }) => (target === null && headers.get('COOKIE') === 'a=1' ? id : null),
  })
  const head = { method: 'GET', headers: new Headers({ cookie: 'a=1' }) }
  expect((await requireViewer(head)).userId).toBe(id)
})

test('checking whether an account may act needs one read of it, and no other query', async () => {
  const storage = createMemoryStorage()
  const counted = createKith({ secret: 'a secret of the tests, of 32 characters or more', storage })
  const { id } = await counted.accounts.shadow('3', { username: 'carla' })
  const { requireViewer } = createKithHttp(counted, { viewer: () => id })
  const reads = Object.entries(storage).flatMap(([, store]) =>
    typeof store === 'object' && store !== null
      ? Object.keys(store).map((verb) => vi.spyOn(store as Record<string, () => unknown>, verb))
      : [],
  )
  await requireViewer(new Request('https://app.example/'))
  expect(reads.flatMap(({ mock }) => mock.calls)).toEqual([[id]])
})

test('a value that is not an account id throws, with its type and without its value', async () => {
  for (const [value, what] of [
    [undefined, 'undefined'],
    [['a-secret'], 'an array'],
    [{ id: 'a-secret' }, 'object'],
    [7, 'number'],
    ['a-secret', 'a string that is no id'],
    ['018F5A5E-0000-7000-8000-000000000000', 'a string that is no id'],
  ] as const) {
    const { readViewer } = createKithHttp(kith, { viewer: () => value as never })
    const failed = readViewer(new Request('https://app.example/'))
    await expect(failed).rejects.toThrow(`The \`viewer\` option returned ${what}: `)
    await expect(failed).rejects.not.toThrow(/a-secret|018F/)
  }
})

test('an upgrade from another site is refused with what browsers add automatically; a bearer token is accepted from any', async () => {
  const { id } = await kith.accounts.shadow('4', { username: 'dora' })
  const { viewerOfUpgrade } = createKithHttp(kith, {
    viewer: () => id,
    allowedOrigins: ['https://app.example'],
  })
  const upgrade = async (headers: Record<string, string>): Promise<string | undefined> =>
    (await viewerOfUpgrade(new Request('https://app.example/', { headers })))?.userId
  const foreign = { origin: 'https://elsewhere.example' }
  for (const headers of [foreign, { ...foreign, cookie: 'a=1' }, { cookie: 'a=1' }])
    await expect(upgrade(headers)).rejects.toMatchObject({ code: 'origin-not-allowed' })
  const own = { origin: 'https://app.example' }
  for (const headers of [{}, own, { ...own, cookie: 'a=1' }, { ...foreign, authorization: 'Bearer x' }])
    expect(await upgrade(headers)).toBe(id)
})

test('banned and deleted accounts read as guests, and an unavailable storage is reported', async () => {
  const storage = createMemoryStorage()
  let isAway = false
  const users: typeof storage.users = {
    ...storage.users,
    byId: (id) =>
      isAway ? Promise.reject(new RetryLaterError('storage-unavailable', 1)) : storage.users.byId(id),
  }
  const made = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: { ...storage, users },
    logger: { warn() {}, error() {} },
  })
  const [banned, gone] = [
    await made.accounts.shadow('1', { username: 'anna' }),
    await made.accounts.shadow('2', { username: 'berta' }),
  ]
  let id = banned.id
  const { readViewer } = createKithHttp(made, { viewer: () => id })
  const request = new Request('https://app.example/')
  expect((await readViewer(request))?.userId).toBe(banned.id)
  isAway = true
  await expect(readViewer(request)).rejects.toMatchObject({ code: 'storage-unavailable' })
  isAway = false
  await made.accounts.ban(banned.id)
  await made.accounts.remove(gone.id)
  for (id of [banned.id, gone.id]) expect(await readViewer(request)).toBeNull()
})
