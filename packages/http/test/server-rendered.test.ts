import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { expect, test } from 'vitest'

const origin = 'https://app.example'

/** An app with the structure of Next: a proxy sees every request first, and passes the headers on to the components. */
function openApp() {
  let now = Date.now()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
    clock: () => new Date(now),
  })
  // The proxy and the components may be bundled separately, or run in two processes.
  const inProxy = createKithHttp(kith, { allowedOrigins: [origin] })
  const inComponents = createKithHttp(kith, { allowedOrigins: [origin] })

  async function proxy(request: Request): Promise<Response> {
    const { setCookies, cookie } = await inProxy.renewViewer(request)
    const headers = new Headers(request.headers)
    if (cookie !== null) headers.set('cookie', cookie)
    const response = await renderPage(headers)
    for (const each of setCookies) response.headers.append('set-cookie', each)
    return response
  }

  async function renderPage(headers: Headers): Promise<Response> {
    const viewer = await inComponents.readViewer({ method: 'GET', headers })
    return Response.json({ userId: viewer?.userId ?? null, cookie: headers.get('cookie') })
  }

  return {
    kith,
    proxy,
    components: inComponents,
    pass: (seconds: number) => void (now += seconds * 1000),
  }
}

/** The cookies of a browser that receives these headers. */
function jarOf(setCookies: readonly string[]): Map<string, string> {
  return new Map(
    setCookies
      .filter((cookie) => !cookie.includes('Max-Age=0'))
      .map((cookie) => cookie.split(';')[0]?.split('=') as [string, string]),
  )
}

function toHeader(jar: Map<string, string>): string {
  return [...jar].map((pair) => pair.join('=')).join('; ')
}

const page = (cookie: string): Request =>
  new Request(`${origin}/`, { headers: { cookie, 'sec-fetch-mode': 'navigate' } })

async function signedInAnHourAgo() {
  const app = openApp()
  const register = new Request(`${origin}/api/v1/users/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ username: 'anna', password: 'correct horse battery' }),
  })
  const response = await app.components.handle(register)
  const { user } = (await response.json()) as { user: { id: string } }
  const jar = jarOf(response.headers.getSetCookie())
  app.pass(3_600)
  jar.delete('__Host-kith-access')
  return { ...app, userId: user.id, cookie: `theme=dark; ${toHeader(jar)}` }
}

test('a component behind a renewing proxy sees the viewer, even in the first request after the access cookie has expired', async () => {
  const { proxy, userId, cookie, components } = await signedInAnHourAgo()
  expect(await components.readViewer(page(cookie))).toBeNull()
  const response = await proxy(page(cookie))
  const shown = (await response.json()) as { userId: string; cookie: string }
  expect(shown.userId).toBe(userId)
  expect(shown.cookie).toMatch(
    /^theme=dark; __Host-kith-device=[^;]+; __Host-kith-access=[^;]+; __Host-kith-refresh=[^;]+$/,
  )
  const next = await proxy(page(toHeader(jarOf(response.headers.getSetCookie()))))
  expect([await next.json(), next.headers.getSetCookie()]).toMatchObject([{ userId }, []])
})

test('20 requests of one page with the same cookie all have the viewer, and so do the next ones', async () => {
  const { proxy, userId, cookie } = await signedInAnHourAgo()
  const responses = await Promise.all(Array.from({ length: 20 }, () => proxy(page(cookie))))
  for (const response of responses) {
    expect(await response.json()).toMatchObject({ userId })
    const next = await proxy(page(toHeader(jarOf(response.headers.getSetCookie()))))
    expect(await next.json()).toMatchObject({ userId })
  }
})

test('a component does not get the cookies of an ended session', async () => {
  const { proxy, kith, userId, cookie } = await signedInAnHourAgo()
  await kith.sessions.endAll(userId)
  const response = await proxy(page(cookie))
  expect(await response.json()).toEqual({
    userId: null,
    cookie: expect.stringMatching(/^theme=dark; __Host-kith-device=[^;]+$/) as string,
  })
  expect(response.headers.getSetCookie().map((each) => each.split(';').slice(0, 2))).toEqual([
    ['__Host-kith-access=', ' Max-Age=0'],
    ['__Host-kith-refresh=', ' Max-Age=0'],
  ])
})

test('the routes and guards behind it see the same Request with the new cookies', async () => {
  const { components, userId, cookie } = await signedInAnHourAgo()
  const request = new Request(`${origin}/api/v1/users/me`, { headers: { cookie } })
  expect((await components.handle(request)).status).toBe(401)
  await components.renewViewer(request)
  expect((await components.handle(request)).status).toBe(200)
  expect((await components.requireViewer(request)).userId).toBe(userId)
})
