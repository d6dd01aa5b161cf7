import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test, vi } from 'vitest'
import { createKithHttp } from './create-kith-http.ts'

const kith = createKith({
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createMemoryStorage(),
  logger: { warn() {}, error() {} },
})

test('a route of the app that would open a session of Kith is refused, with the reason', async () => {
  const { signIn } = createKithHttp(kith, { viewer: () => null })
  const open = vi.fn()
  const head = new Request('https://app.example/register', { method: 'POST' })
  await expect(signIn({ head }, open)).rejects.toThrow(/sign-in and sessions are the app's own/)
  expect(open).not.toHaveBeenCalled()
})

test('the callback of a Fetch handler gets the Request itself, from routes and guards alike', async () => {
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

test('a guard that is given no more than headers says no target', async () => {
  const { id } = await kith.accounts.shadow('2', { username: 'berta' })
  const { requireViewer } = createKithHttp(kith, {
    viewer: ({ target, headers }) => (target === null && headers.get('COOKIE') === 'a=1' ? id : null),
  })
  const head = { method: 'GET', headers: new Headers({ cookie: 'a=1' }) }
  expect((await requireViewer(head)).userId).toBe(id)
})

test('whether an account may act costs one read of it, and no other query', async () => {
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
